import { type DiagnosticBag, didYouMean } from "@millrace/text";
import type { AttributeCatalog } from "../catalog.ts";
import { compareNumbers, numberOf } from "../numbers.ts";
import { lowerCase, piecesOf, testText } from "../text-test.ts";
import type { Condition, ConditionBuilder, NumberComparison, Side, TextTest } from "../tree.ts";
import type { ResolvedDefinition } from "./library.ts";
import type { BinaryOperator, Expression, ListOperator, Operand, Range } from "./syntax.ts";

/** What checking a condition needs. */
export interface CheckSurroundings {
  readonly catalog: AttributeCatalog;
  readonly builder: ConditionBuilder;
  readonly found: DiagnosticBag;
  /** Whether an unknown attribute is an error, and not only a warning. */
  readonly strict: boolean;
  /** What has been found out already, for rules to which all names mean the same. */
  readonly known?: Known;
}

/** What was found out while checking. */
export interface Known {
  /** What expressions have come to: those of macros are met again and again. */
  readonly conditions: Map<Expression, Condition>;
  /** What is said of names that are no attributes. */
  readonly hints: Map<string, string | undefined>;
}

export function nothingKnown(): Known {
  return { conditions: new Map(), hints: new Map() };
}

/** Beginnings of names that can only be meant as attributes. */
const PREFIXES: readonly string[] = ["sf.", "evt.", "fd.", "proc.", "container.", "user.", "group.", "thread.", "pod.", "k8s."];

const FLIPPED: Readonly<Record<string, NumberComparison>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=" };

/**
 * Turns the condition of a rule into a node of the graph: macros put in their places, lists into the operators that name
 * them, names told apart into attributes and literals, comparisons of literals decided.
 */
export function checkCondition(rule: ResolvedDefinition, surroundings: CheckSurroundings): Condition {
  return new Checker(rule, surroundings).check(rule.condition);
}

class Checker {
  readonly #rule: ResolvedDefinition;
  readonly #in: CheckSurroundings;
  /** Macros in whose conditions the checker is, outermost first. */
  readonly #within: string[] = [];
  readonly #known: Known;

  constructor(rule: ResolvedDefinition, surroundings: CheckSurroundings) {
    this.#rule = rule;
    this.#in = surroundings;
    this.#known = surroundings.known ?? nothingKnown();
  }

  check(expression: Expression): Condition {
    const known = this.#known.conditions.get(expression);
    if (known !== undefined) return known;
    const condition = this.#checkNew(expression);
    this.#known.conditions.set(expression, condition);
    return condition;
  }

  #checkNew(expression: Expression): Condition {
    const { builder } = this.#in;
    switch (expression.node) {
      case "and":
      case "or":
        return builder[expression.node](expression.terms.map((term) => this.check(term)));
      case "not":
        return builder.not(this.check(expression.term));
      case "reference":
        return this.#macro(expression.name, expression.at);
      case "exists":
        return this.#exists(expression.operand);
      case "compare":
        return this.#compare(expression.operator, this.#side(expression.left), this.#side(expression.right), expression.right.at);
      case "among":
        return this.#among(expression.operator, expression.left, expression.items);
    }
  }

  #macro(name: string, at: Range): Condition {
    const { builder, found } = this.#in;
    if (this.#within.includes(name)) {
      const cycle = [...this.#within.slice(this.#within.indexOf(name)), name].join(" → ");
      found.error("MILLRACE_POLICY_CYCLE", `macro "${name}" contains itself: ${cycle}`, { place: at.source.at(at) });
      return builder.constant(false);
    }
    const condition = this.#rule.macro(name);
    if (condition === undefined) {
      if (!this.#rule.hasMacro(name)) {
        found.error("MILLRACE_POLICY_MACRO", `there is no macro "${name}"`, { place: at.source.at(at), hint: didYouMean(name, this.#rule.macroNames()) });
      }
      return builder.constant(false);
    }
    this.#within.push(name);
    const checked = this.check(condition);
    this.#within.pop();
    return checked;
  }

  /** What an operand is: an attribute, a path into the JSON of one, or a literal. An unknown attribute is an empty text. */
  #side({ text, quoted, at }: Operand): Side {
    const { catalog, found, strict } = this.#in;
    if (quoted) return { literal: text };
    if (catalog.find(text) !== undefined) return { attribute: text, path: undefined };
    const bracket = text.indexOf("[");
    const name = bracket < 0 ? text : text.slice(0, bracket);
    if (bracket > 0 && text.endsWith("]") && catalog.find(name) !== undefined) return { attribute: name, path: text.slice(bracket + 1, -1) };
    if (!PREFIXES.some((prefix) => text.startsWith(prefix))) return { literal: text };
    const details = { place: at.source.at(at), hint: this.#hintFor(name) };
    found[strict ? "error" : "warning"]("MILLRACE_POLICY_ATTRIBUTE", `"${name}" is no attribute, so its value is empty`, details);
    return { literal: "" };
  }

  #hintFor(name: string): string | undefined {
    const { hints } = this.#known;
    if (!hints.has(name)) hints.set(name, didYouMean(name, this.#in.catalog.names()));
    return hints.get(name);
  }

  #exists(operand: Operand): Condition {
    const { builder } = this.#in;
    const side = this.#side(operand);
    return "literal" in side ? builder.constant(side.literal !== "") : builder.leaf({ node: "exists", subject: side });
  }

  #compare(operator: BinaryOperator, left: Side, right: Side, at: Range): Condition {
    const { builder } = this.#in;
    switch (operator) {
      case "=":
        return this.#texts("equals", left, right, false);
      case "!=":
        return builder.not(this.#texts("equals", left, right, false));
      case "contains":
      case "startswith":
      case "endswith":
        return this.#texts(operator, left, right, false);
      case "icontains":
        return this.#texts("contains", left, right, true);
      case "<":
      case "<=":
      case ">":
      case ">=":
        return this.#numbers(operator, left, right, at);
    }
  }

  #texts(kind: "equals" | "contains" | "startswith" | "endswith", left: Side, right: Side, caseless: boolean): Condition {
    const { builder } = this.#in;
    if ("literal" in right) return this.#text(left, { kind, values: piecesOf(caseless ? lowerCase(right.literal) : right.literal), caseless });
    // Equality has no sides.
    if ("literal" in left && kind === "equals") return this.#texts(kind, right, left, caseless);
    return builder.leaf({ node: "texts", left, right, kind, caseless });
  }

  /** Whether a piece of a side passes a test. What can be decided now, is. */
  #text(left: Side, test: TextTest): Condition {
    const { builder, catalog } = this.#in;
    if ("literal" in left) return builder.constant(testText(left.literal, test, false));
    const isNumber = left.path === undefined && catalog.find(left.attribute)?.view === "number";
    if (!isNumber || test.kind !== "equals") return builder.leaf({ node: "text", subject: left, test, whole: false });
    // A number equals the texts that are its decimal form, and these are few: each is a comparison of numbers.
    const numbers = test.values.flatMap((value) => (/^-?\d+$/.test(value.trim()) ? [BigInt(value)] : []));
    return builder.or(numbers.map((value) => builder.leaf({ node: "number", subject: left, comparison: "=", value })));
  }

  #numbers(comparison: NumberComparison, left: Side, right: Side, at: Range): Condition {
    const { builder } = this.#in;
    if ("literal" in right) {
      const bound = this.#bound(right.literal, comparison, at);
      if ("literal" in left) return builder.constant(compareNumbers(numberOf(left.literal), comparison, bound));
      return builder.leaf({ node: "number", subject: left, comparison, value: bound });
    }
    if ("literal" in left) return this.#numbers(FLIPPED[comparison] as NumberComparison, right, left, at);
    return builder.leaf({ node: "numbers", left, right, comparison });
  }

  /** The whole number that a bound comes to: `x > 1.5` is `x > 1`, `x < 1.5` is `x < 2`. What is no number is 0. */
  #bound(text: string, comparison: NumberComparison, at: Range): bigint {
    const written = text.trim();
    if (/^[-+]?\d+$/.test(written)) return BigInt(written);
    const value = Number(written);
    if (written !== "" && Number.isFinite(value)) return BigInt(comparison === "<" || comparison === ">=" ? Math.ceil(value) : Math.floor(value));
    this.#in.found.warning("MILLRACE_POLICY_NUMBER", `"${text}" is no number, so it compares as 0`, { place: at.source.at(at) });
    return 0n;
  }

  #among(operator: ListOperator, operand: Operand, items: readonly Operand[]): Condition {
    const left = this.#side(operand);
    const texts = items.flatMap((item) => this.#itemsOf(item)).flatMap((text) => piecesOf(text));
    // Only an unknown attribute is empty without quotes. It is in no list, not even in one that has nothing but an empty text.
    const isUnknown = !operand.quoted && "literal" in left && left.literal === "";
    const values = isUnknown ? texts.filter((text) => text !== "") : texts;
    return this.#text(left, { kind: operator === "in" ? "equals" : "contains", values: [...new Set(values)], caseless: false });
  }

  /** The texts of an item: those of the list that it names, or its own. */
  #itemsOf({ text, quoted }: Operand): readonly string[] {
    const list = quoted ? undefined : this.#rule.list(text);
    // Items of a list may have quotes of their own inside the quotes of the file.
    return list?.map(withoutQuotes) ?? [quoted ? text : withoutQuotes(text)];
  }
}

function withoutQuotes(text: string): string {
  const first = /^["']/.test(text) ? 1 : 0;
  const last = text.length > first && /["']$/.test(text) ? 1 : 0;
  return text.slice(first, text.length - last);
}
