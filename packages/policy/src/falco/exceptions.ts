import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from "yaml";
import type { Entry } from "./file-reader.ts";
import { BINARY_OPERATORS, type BinaryOperator, type Expression, LIST_OPERATORS, type ListOperator, type Operand, type Range } from "./syntax.ts";

/**
 * An exception of a rule, as Falco documents it: some fields, an operator for each, and tuples of values. The rule does not
 * fire where one tuple holds.
 */
export interface Exception {
  readonly name: string;
  readonly fields: readonly Operand[];
  /** One for each field; absent where an appended exception only adds values. */
  readonly comps: readonly (BinaryOperator | ListOperator)[];
  /** For each tuple, for each field, the value or, for `in` and `pmatch`, the values. */
  readonly values: readonly (readonly (readonly Operand[])[])[];
  readonly at: Range;
}

const CODE = "MILLRACE_POLICY_EXCEPTION";

/** Reads the exceptions of a rule. They are plain YAML, and read as such. */
export function readExceptions(source: Source, entry: Entry | undefined, found: DiagnosticBag): Exception[] {
  if (entry === undefined || entry.value.start === entry.value.end) return [];
  // The value keeps its columns, so that the YAML reader sees the indentation it was written with.
  const lineStart = source.text.lastIndexOf("\n", entry.value.start) + 1;
  const text = " ".repeat(entry.value.start - lineStart) + source.text.slice(entry.value.start, entry.value.end);
  const document = parsed(text);
  if (document === undefined) {
    found.error(CODE, "the exceptions are nested too deeply", { place: source.at(entry.value) });
    return [];
  }
  const range = (start: number, end: number): Range => ({ source, start: start + lineStart, end: Math.max(end, start + 1) + lineStart });
  for (const error of document.errors) {
    const at = range(error.pos[0], error.pos[1]);
    found.error(CODE, error.message.split("\n")[0] as string, { place: source.at(at) });
  }
  if (document.errors.length > 0) return [];
  if (!isSeq(document.contents)) {
    found.error(CODE, "exceptions are a list", { place: source.at(entry.value), hint: 'each begins with "- name:"' });
    return [];
  }
  return document.contents.items.flatMap((item) => new ExceptionReader(range, found).read(item as Node) ?? []);
}

/** `undefined` for a text that is nested deeper than the parser can follow. */
function parsed(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, { strict: false });
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

class ExceptionReader {
  readonly #range: (start: number, end: number) => Range;
  readonly #found: DiagnosticBag;

  constructor(range: (start: number, end: number) => Range, found: DiagnosticBag) {
    this.#range = range;
    this.#found = found;
  }

  read(item: Node): Exception | undefined {
    if (!isMap(item)) {
      this.#error("an exception is a map with name, fields, comps and values", item);
      return undefined;
    }
    this.#refuseUnknownKeys(item);
    const name = this.#textOf(item.get("name", true) as Node | undefined);
    if (name === undefined) this.#error("an exception needs a name", item);
    const fields = this.#operands(item.get("fields", true) as Node | undefined);
    const comps = this.#operands(item.get("comps", true) as Node | undefined).map((comp) => this.#operator(comp));
    const fieldsNode = item.get("fields", true) as Node | undefined;
    const tuples = this.#tuples(item.get("values", true) as Node | undefined, fieldsNode === undefined ? undefined : !isSeq(fieldsNode));
    if (fields.length > 0) {
      for (const tuple of tuples) {
        if (tuple.length !== fields.length) this.#error(`the exception has ${fields.length} fields, but a tuple of ${tuple.length} values`, item);
      }
      if (comps.length > 0 && comps.length !== fields.length) this.#error(`the exception has ${fields.length} fields, but ${comps.length} comps`, item);
    }
    const complete = comps.length > 0 ? comps : fields.map(() => (isSeq(fieldsNode) ? "=" : "in") as BinaryOperator | ListOperator);
    return { name: name ?? "", fields, comps: complete, values: tuples, at: this.#rangeOf(item) };
  }

  /** With a single field the values are a plain list. Where the fields stand elsewhere, the values themselves tell. */
  #tuples(node: Node | undefined, single: boolean | undefined): Operand[][][] {
    if (node === undefined) return [];
    if (!isSeq(node)) {
      this.#error("values are a list", node);
      return [];
    }
    const items = node.items as Node[];
    if (single ?? !items.some((item) => isSeq(item))) return items.length === 0 ? [] : [[items.flatMap((item) => this.#operands(item))]];
    return items.map((tuple) => (isSeq(tuple) ? (tuple.items as Node[]).map((value) => this.#operands(value)) : [this.#operands(tuple)]));
  }

  #operands(node: Node | undefined): Operand[] {
    if (node === undefined) return [];
    if (isSeq(node)) return (node.items as Node[]).flatMap((item) => this.#operands(item));
    const text = this.#textOf(node);
    if (text === undefined) return [];
    return [{ text, quoted: isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE"), at: this.#rangeOf(node) }];
  }

  #operator(comp: Operand): BinaryOperator | ListOperator {
    const operators: readonly string[] = [...BINARY_OPERATORS, ...LIST_OPERATORS];
    const text = comp.text === "==" ? "=" : comp.text;
    if (operators.includes(text)) return text as BinaryOperator | ListOperator;
    this.#found.error(CODE, `"${text}" is no operator`, { place: comp.at.source.at(comp.at), hint: didYouMean(text, operators) });
    return "=";
  }

  #refuseUnknownKeys(map: YAMLMap): void {
    const known = ["name", "fields", "comps", "values"];
    for (const pair of map.items) {
      const key = this.#textOf(pair.key as Node);
      if (key !== undefined && !known.includes(key)) this.#error(`an exception has no key "${key}"`, pair.key as Node, didYouMean(key, known));
    }
  }

  #textOf(node: Node | undefined): string | undefined {
    if (!isScalar(node) || node.value === null) return undefined;
    return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
  }

  #rangeOf(node: Node): Range {
    const [start, end] = node.range ?? [0, 1];
    return this.#range(start, end);
  }

  #error(message: string, node: Node, hint?: string): void {
    const at = this.#rangeOf(node);
    this.#found.error(CODE, message, { place: at.source.at(at), hint });
  }
}

/** The condition of a rule with its exceptions: `condition and not ((f1 = v1 and f2 in (v2)) or …)`. */
export function withExceptions(condition: Expression, exceptions: readonly Exception[]): Expression {
  const tuples = exceptions.flatMap((exception) => exception.values.map((tuple) => tupleExpression(exception, tuple)));
  if (tuples.length === 0) return condition;
  const { at } = condition;
  return { node: "and", terms: [condition, { node: "not", term: { node: "or", terms: tuples, at }, at }], at };
}

function tupleExpression(exception: Exception, tuple: readonly (readonly Operand[])[]): Expression {
  const terms = exception.fields.map((left, index): Expression => {
    const operator = exception.comps[index] ?? "=";
    const items = tuple[index] ?? [];
    if (operator === "in" || operator === "pmatch") return { node: "among", operator, left, items, at: exception.at };
    const each = items.map((right): Expression => ({ node: "compare", operator, left, right, at: exception.at }));
    return each.length === 1 ? (each[0] as Expression) : { node: "or", terms: each, at: exception.at };
  });
  return { node: "and", terms, at: exception.at };
}
