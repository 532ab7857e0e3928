import { DiagnosticBag, type Source } from "@millrace/text";
import type { AttributeCatalog } from "../catalog.ts";
import { attributesOf, type Outline, outlineCondition, type PolicyOutline } from "../outline.ts";
import type { ConditionBuilder } from "../tree.ts";
import { checkCondition } from "./check.ts";
import { readPolicyFile } from "./definitions.ts";
import { type ResolvedDefinition, readLibrary } from "./library.ts";
import type { Expression, Operand } from "./syntax.ts";

/**
 * Reads policy files of the Falco kind for their outlines: the conditions of the rules with macros and lists by their names,
 * each part with the condition that it comes to. For files in which there is no error: nothing is reported here.
 */
export function outlineFalcoRules(sources: readonly Source[], catalog: AttributeCatalog, builder: ConditionBuilder): PolicyOutline {
  const unheard = new DiagnosticBag();
  const definitions = sources.flatMap((source) => readPolicyFile(source, unheard)).filter(({ append }) => !append);
  const resolved = readLibrary(sources, unheard);
  const outline = (rule: ResolvedDefinition) => (): Outline => new Outliner(rule, catalog, builder).outline(rule.condition, []);
  return {
    rules: resolved.filter(({ definition }) => definition.is === "rule").map(outline),
    filters: resolved.filter(({ definition }) => definition.is === "filter").map(outline),
    macros: definitions.filter(({ is }) => is === "macro").map(({ name }) => name),
    lists: definitions.filter(({ is }) => is === "list").map(({ name }) => name),
  };
}

class Outliner {
  readonly #rule: ResolvedDefinition;
  readonly #catalog: AttributeCatalog;
  readonly #builder: ConditionBuilder;

  constructor(rule: ResolvedDefinition, catalog: AttributeCatalog, builder: ConditionBuilder) {
    this.#rule = rule;
    this.#catalog = catalog;
    this.#builder = builder;
  }

  /** @param within - the macros in which the expression stands */
  outline(expression: Expression, within: readonly string[]): Outline {
    const condition = checkCondition(
      { ...this.#rule, condition: expression },
      { catalog: this.#catalog, builder: this.#builder, found: new DiagnosticBag(), strict: false },
    );
    switch (expression.node) {
      case "and":
      case "or":
        return {
          kind: expression.node,
          text: expression.node,
          condition,
          parts: expression.terms.map((term) => this.outline(term, within)),
          attributes: [],
          lists: [],
        };
      case "not":
        return { kind: "not", text: "not", condition, parts: [this.outline(expression.term, within)], attributes: [], lists: [] };
      case "reference": {
        const body = within.includes(expression.name) ? undefined : this.#rule.macro(expression.name);
        const parts = body === undefined ? [] : [this.outline(body, [...within, expression.name])];
        return { kind: "macro", text: expression.name, condition, parts, attributes: [], lists: [] };
      }
      default: {
        const lists = expression.node === "among" ? expression.items.flatMap((item) => this.#listOf(item)) : [];
        return { ...outlineCondition(condition), kind: "leaf", text: leafText(expression), parts: [], attributes: attributesOf(condition), lists };
      }
    }
  }

  #listOf({ text, quoted }: Operand): { name: string; items: readonly string[] }[] {
    const items = quoted ? undefined : this.#rule.list(text);
    return items === undefined ? [] : [{ name: text, items }];
  }
}

function leafText(leaf: Extract<Expression, { readonly node: "compare" | "among" | "exists" }>): string {
  switch (leaf.node) {
    case "compare":
      return `${operandText(leaf.left)} ${leaf.operator} ${operandText(leaf.right)}`;
    case "among":
      return `${operandText(leaf.left)} ${leaf.operator} (${leaf.items.map(operandText).join(", ")})`;
    case "exists":
      return `${operandText(leaf.operand)} exists`;
  }
}

function operandText({ text, quoted }: Operand): string {
  return quoted ? JSON.stringify(text) : text;
}
