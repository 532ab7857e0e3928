import type { AttributeValue } from "@millrace/api/sysflow";
import { attributeOf, textsOf } from "./attribute-view.ts";
import { subjectsOf } from "./compile/specialise.ts";
import type { ReadAttribute } from "./interpret.ts";
import type { Condition, NumberComparison, Side, Subject, TextTest, Wildcard } from "./tree.ts";

/** A condition as a tree for people: how it was written, and what each part comes to. */
export interface Outline {
  readonly kind: "and" | "or" | "not" | "macro" | "search" | "leaf";
  /** A leaf as it was written; the name of a macro or of a Sigma search; otherwise the word itself, or words such as `1 of them`. */
  readonly text: string;
  /** What decides it. */
  readonly condition: Condition;
  /** Of a macro or search: its condition. */
  readonly parts: readonly Outline[];
  /** The attributes that a leaf reads. */
  readonly attributes: readonly Subject[];
  /** The lists that a leaf names. */
  readonly lists: readonly { readonly name: string; readonly items: readonly string[] }[];
}

/** Policies as they were written. */
export interface PolicyOutline {
  /** One for each rule, in the order in which rules are read. */
  readonly rules: readonly (() => Outline)[];
  /** One for each drop filter, in the same order. */
  readonly filters: readonly (() => Outline)[];
  /** The names of what rules may use, without what only adds to an older definition. */
  readonly macros: readonly string[];
  readonly lists: readonly string[];
}

/** The outline of a condition of which nothing but the graph is known. */
export function outlineCondition(condition: Condition): Outline {
  const bare = { condition, attributes: [], lists: [] };
  switch (condition.node) {
    case "and":
    case "or":
      return { ...bare, kind: condition.node, text: condition.node, parts: condition.terms.map(outlineCondition) };
    case "not":
      return { ...bare, kind: "not", text: "not", parts: [outlineCondition(condition.term)] };
    default:
      return { ...bare, kind: "leaf", text: leafText(condition), parts: [], attributes: attributesOf(condition) };
  }
}

/** The attributes that a condition reads, each once, in their order. */
export function attributesOf(condition: Condition): readonly Subject[] {
  switch (condition.node) {
    case "constant":
      return [];
    case "and":
    case "or":
      return unique(condition.terms.flatMap(attributesOf));
    case "not":
      return attributesOf(condition.term);
    default:
      return unique(subjectsOf(condition));
  }
}

/** A subject as rules write it. */
export function subjectText({ attribute, path }: Subject): string {
  return path === undefined ? attribute : `${attribute}[${path}]`;
}

/** What a record has where a subject looks: the value of the attribute, or the text that the path finds in it. */
export function subjectValue(subject: Subject, read: ReadAttribute): AttributeValue {
  const value = read(attributeOf(subject));
  return subject.path === undefined ? value : (textsOf(value, subject.path)[0] ?? "");
}

function unique(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((subject) => [subjectText(subject), subject])).values()];
}

type LeafCondition = Exclude<Condition, { readonly node: "and" | "or" | "not" }>;

function leafText(leaf: LeafCondition): string {
  switch (leaf.node) {
    case "constant":
      return leaf.value ? "always" : "never";
    case "exists":
      return `${subjectText(leaf.subject)} exists`;
    case "text":
      return `${subjectText(leaf.subject)} ${testText(leaf.test)}`;
    case "number":
      return comparison(subjectText(leaf.subject), leaf.comparison, String(leaf.value));
    case "texts":
      return `${sideText(leaf.left)} ${wordOf(leaf.kind, leaf.caseless)} ${sideText(leaf.right)}`;
    case "numbers":
      return comparison(sideText(leaf.left), leaf.comparison, sideText(leaf.right));
  }
}

function comparison(left: string, sign: NumberComparison, right: string): string {
  return `${left} ${sign} ${right}`;
}

function sideText(side: Side): string {
  return "literal" in side ? JSON.stringify(side.literal) : subjectText(side);
}

function testText(test: TextTest): string {
  switch (test.kind) {
    case "regex":
      return `matches /${test.source}/${test.flags}`;
    case "cidr":
      return `lies in ${oneOf(test.networks.map(({ address, bits }) => `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${bits}`))}`;
    case "wildcard":
      return `${wordOf("is like", test.caseless)} ${oneOf(test.patterns.map(wildcardText))}`;
    default:
      return `${wordOf(test.kind, test.caseless)} ${oneOf(test.values.map((value) => JSON.stringify(value)))}`;
  }
}

function wordOf(kind: string, caseless: boolean): string {
  const word = kind === "equals" ? "=" : kind;
  return caseless ? `${word} (any case)` : word;
}

function oneOf(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] as string) : `(${texts.join(", ")})`;
}

function wildcardText(pattern: Wildcard): string {
  return JSON.stringify(pattern.map((piece) => (typeof piece === "string" ? piece : piece.any === "run" ? "*" : "?")).join(""));
}
