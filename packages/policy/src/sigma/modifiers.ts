import { lowerCase } from "../text-test.ts";
import type { NumberComparison, TextTest, Wildcard } from "../tree.ts";
import { base64, base64Offsets, literalOf, mapLiterals, parseWildcards, utf16, windowsDashes } from "./value.ts";

/** Every modifier of the Sigma specification, version 2, that stands behind a field. */
export const MODIFIERS = [
  "contains",
  "startswith",
  "endswith",
  "all",
  "re",
  "i",
  "m",
  "s",
  "cidr",
  "base64",
  "base64offset",
  "wide",
  "utf16",
  "utf16le",
  "utf16be",
  "windash",
  "exists",
  "cased",
  "fieldref",
  "lt",
  "lte",
  "gt",
  "gte",
  "expand",
] as const;

export type Modifier = (typeof MODIFIERS)[number];

/** What each modifier means, for the guide. */
export const MODIFIER_MEANINGS: Readonly<Record<Modifier, string>> = {
  contains: "the value stands anywhere in the text",
  startswith: "the text begins with the value",
  endswith: "the text ends with the value",
  all: "all values of the list, and not any of them",
  re: "a regular expression in the syntax of RE2, in the case it is written in",
  i: "after `re`: in any case",
  m: "after `re`: `^` and `$` are those of each line",
  s: "after `re`: `.` is also a line break",
  cidr: "the address lies in the network; one of IPv6 holds no address of a record",
  base64: "the value in base64",
  base64offset: "the value in base64 at any of the three offsets within a longer text",
  wide: "the value in UTF-16, little-endian",
  utf16: "the value in UTF-16, little-endian, with a byte order mark",
  utf16le: "the same as `wide`",
  utf16be: "the value in UTF-16, big-endian",
  windash: "a dash that begins a word may be any of `-`, `/`, en dash, em dash and horizontal bar",
  exists: "`yes`: the field is not empty; `no`: it is",
  cased: "in the case it is written in",
  fieldref: "the value is the name of another field, whose value is compared",
  lt: "less than, as whole numbers",
  lte: "less than or equal to, as whole numbers",
  gt: "greater than, as whole numbers",
  gte: "greater than or equal to, as whole numbers",
  expand: "`%name%` stands for each of the values that the config file gives under `placeholders`",
};

export type TextKind = "equals" | "contains" | "startswith" | "endswith";

/** What the modifiers of one field come to. */
export interface Comparison {
  readonly kind: TextKind;
  readonly all: boolean;
  readonly cased: boolean;
  readonly number: NumberComparison | undefined;
  readonly regex: string | undefined;
  readonly cidr: boolean;
  readonly exists: boolean;
  readonly fieldref: boolean;
  readonly expand: boolean;
  /** Those that change values, in their order. */
  readonly transforms: readonly Modifier[];
}

const NUMBERS: Readonly<Partial<Record<Modifier, NumberComparison>>> = { lt: "<", lte: "<=", gt: ">", gte: ">=" };
const TRANSFORMS: readonly Modifier[] = ["base64", "base64offset", "wide", "utf16", "utf16le", "utf16be", "windash"];

export function comparisonOf(modifiers: readonly Modifier[]): Comparison {
  const has = (modifier: Modifier): boolean => modifiers.includes(modifier);
  const number = modifiers.map((modifier) => NUMBERS[modifier]).find((comparison) => comparison !== undefined);
  return {
    kind: has("contains") ? "contains" : has("startswith") ? "startswith" : has("endswith") ? "endswith" : "equals",
    all: has("all"),
    cased: has("cased"),
    number,
    regex: has("re") ? ["i", "m", "s"].filter((flag) => has(flag as Modifier)).join("") : undefined,
    cidr: has("cidr"),
    exists: has("exists"),
    fieldref: has("fieldref"),
    expand: has("expand"),
    transforms: modifiers.filter((modifier) => TRANSFORMS.includes(modifier)),
  };
}

/** Runs one value through the modifiers that change values. Throws a text that says why it can't. */
export function transformed(text: string, transforms: readonly Modifier[]): Wildcard[] {
  let patterns: Wildcard[] = [parseWildcards(text)];
  for (const transform of transforms) patterns = patterns.flatMap((pattern) => transformOne(pattern, transform));
  return patterns;
}

function transformOne(pattern: Wildcard, transform: Modifier): Wildcard[] {
  if (transform === "windash") return windowsDashes(pattern);
  if (transform === "base64" || transform === "base64offset") {
    const literal = literalOf(pattern);
    if (literal === undefined) throw new Error(`a value with wildcards has no form in base64; write "\\*" for the character itself`);
    return (transform === "base64" ? [base64(literal)] : base64Offsets(literal)).map((form) => [form]);
  }
  return [mapLiterals(pattern, (piece) => utf16(piece, transform === "utf16be" ? "be" : "le", transform === "utf16"))];
}

/** The tests that some patterns come to: those of one kind are one test. */
export function testsOf(patterns: readonly Wildcard[], kind: TextKind, cased: boolean): TextTest[] {
  const texts = new Map<TextKind, string[]>();
  const wildcards: Wildcard[] = [];
  for (const pattern of patterns) {
    const framed = frame(cased ? pattern : mapLiterals(pattern, (piece) => lowerCase(piece)), kind);
    const simple = simpleKind(framed);
    if (simple === undefined) wildcards.push(framed);
    else texts.set(simple.kind, [...(texts.get(simple.kind) ?? []), simple.text]);
  }
  const tests: TextTest[] = [...texts].map(([simple, values]) => ({ kind: simple, values, caseless: !cased }));
  if (wildcards.length > 0) tests.push({ kind: "wildcard", patterns: wildcards, caseless: !cased });
  return tests;
}

function frame(pattern: Wildcard, kind: TextKind): Wildcard {
  const run = { any: "run" } as const;
  const before = kind === "contains" || kind === "endswith" ? [run] : [];
  const after = kind === "contains" || kind === "startswith" ? [run] : [];
  return [...before, ...pattern, ...after].filter((piece, index, all) => !isRun(piece) || !isRun(all[index - 1]));
}

/** The kind of test that a pattern with wildcards at its ends alone comes to. */
function simpleKind(pattern: Wildcard): { readonly kind: TextKind; readonly text: string } | undefined {
  const starts = isRun(pattern[0]);
  const ends = pattern.length > 1 && isRun(pattern.at(-1));
  const middle = literalOf(pattern.slice(starts ? 1 : 0, ends ? -1 : undefined));
  if (middle === undefined) return undefined;
  return { kind: starts && (ends || middle === "") ? "contains" : starts ? "endswith" : ends ? "startswith" : "equals", text: middle };
}

function isRun(piece: Wildcard[number] | undefined): boolean {
  return typeof piece === "object" && piece.any === "run";
}
