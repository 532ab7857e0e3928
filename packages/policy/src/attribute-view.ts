import type { AttributeValue } from "@millrace/api/sysflow";
import { type Attribute, findAttribute } from "@millrace/sysflow";
import { jsonAt } from "./json-path.ts";
import { numberOf } from "./numbers.ts";
import type { Subject } from "./tree.ts";

/** The attribute that a subject reads. Checking has made sure that there is one. */
export function attributeOf(subject: Subject): Attribute {
  const attribute = findAttribute(subject.attribute);
  if (attribute === undefined) throw new Error(`no attribute is called "${subject.attribute}"`);
  return attribute;
}

/**
 * The texts that conditions compare: one, or those of a list. A quote at either end of the whole is taken away, as the
 * texts in rules lose theirs.
 */
export function textsOf(value: AttributeValue, path: string | undefined): readonly string[] {
  if (typeof value !== "object") return [path === undefined ? withoutBoundingQuotes(String(value)) : jsonAt(String(value), path)];
  if (path !== undefined) return [jsonAt(value.join(","), path)];
  const texts = value.map(String);
  if (texts.length === 0) return [""];
  texts[0] = withoutLeadingQuote(texts[0] as string);
  texts[texts.length - 1] = withoutTrailingQuote(texts.at(-1) as string);
  return texts;
}

/** The numbers that conditions compare: what is no number is 0. */
export function numbersOf(value: AttributeValue, path: string | undefined): readonly bigint[] {
  if (path !== undefined) return textsOf(value, path).map(numberOf);
  if (typeof value === "object") return value.length === 0 ? [0n] : value.map(numberOfScalar);
  return [numberOfScalar(value)];
}

/** Whether there is anything: a text that is not empty, a number that is not 0, a truth, a list with something in it. */
export function isThere(value: AttributeValue, path: string | undefined): boolean {
  // What a path finds always counts as there, even where it finds nothing: rules are written for a peer that has it so.
  if (path !== undefined) return true;
  return typeof value === "object" ? value.length > 0 : Boolean(value);
}

function withoutBoundingQuotes(text: string): string {
  return withoutTrailingQuote(withoutLeadingQuote(text));
}

function withoutLeadingQuote(text: string): string {
  return text.startsWith('"') || text.startsWith("'") ? text.slice(1) : text;
}

function withoutTrailingQuote(text: string): string {
  return text.endsWith('"') || text.endsWith("'") ? text.slice(0, -1) : text;
}

function numberOfScalar(value: string | number | bigint | boolean): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "number" ? BigInt(value) : numberOf(value);
}
