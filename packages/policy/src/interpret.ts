import type { AttributeValue, FlatRecord } from "@millrace/api/sysflow";
import type { Attribute, FlatRows } from "@millrace/sysflow";
import { attributeOf, isThere, numbersOf, textsOf } from "./attribute-view.ts";
import type { Verdict } from "./compile/verdict.ts";
import { compareNumbers, numberOf } from "./numbers.ts";
import type { RuleSet } from "./rule-set.ts";
import { holds, lowerCase, piecesOf, testText } from "./text-test.ts";
import type { Condition, Side } from "./tree.ts";

/** The value of an attribute of the record that is judged. */
export type ReadAttribute = (attribute: Attribute) => AttributeValue;

/**
 * Decides a condition for one record by walking it: slow and plain. It says what conditions mean; the compiled engine is
 * compared with it, and `policy explain` shows its steps.
 */
export function interpret(condition: Condition, batch: FlatRows, index: number): boolean {
  return decide(condition, (attribute) => attribute.get(batch, index));
}

/** Decides a condition, given the values of the attributes that it reads. */
export function decide(condition: Condition, read: ReadAttribute): boolean {
  switch (condition.node) {
    case "constant":
      return condition.value;
    case "and":
      return condition.terms.every((term) => decide(term, read));
    case "or":
      return condition.terms.some((term) => decide(term, read));
    case "not":
      return !decide(condition.term, read);
    default:
      return leafHolds(condition, read);
  }
}

/**
 * What rules say of a record of which nothing is known but its attributes: decided by walking every condition. For records
 * that are not rows; the compiled engine judges those far faster. An attribute that the record does not know is zero.
 */
export function judgePlainly(ruleSet: RuleSet, record: FlatRecord): Verdict {
  const read: ReadAttribute = ({ name, aliasOf, type }) => record.get(name) ?? (aliasOf === undefined ? undefined : record.get(aliasOf)) ?? ZEROS[type];
  if (ruleSet.filters.some(({ enabled, condition }) => enabled && decide(condition, read))) return { dropped: true, rules: [] };
  const rules = ruleSet.rules.filter(
    ({ enabled, types, condition }) => enabled && (types.length === 0 || types.includes(record.type)) && decide(condition, read),
  );
  return { dropped: false, rules };
}

const ZEROS = { S: "", I: 0, B: false, L: [] } as const;

/** A condition that has no parts. */
export type Leaf = Extract<Condition, { readonly node: "text" | "number" | "texts" | "numbers" | "exists" }>;

/** Decides a leaf, given the values of the attributes that it reads. */
export function leafHolds(leaf: Leaf, read: ReadAttribute): boolean {
  const texts = (side: Side): readonly string[] => ("literal" in side ? [side.literal] : textsOf(read(attributeOf(side)), side.path));
  const numbers = (side: Side): readonly bigint[] => ("literal" in side ? [numberOf(side.literal)] : numbersOf(read(attributeOf(side)), side.path));
  switch (leaf.node) {
    case "text":
      return texts(leaf.subject).some((text) => testText(text, leaf.test, leaf.whole));
    case "number":
      return numbers(leaf.subject).some((number) => compareNumbers(number, leaf.comparison, leaf.value));
    case "exists":
      return isThere(read(attributeOf(leaf.subject)), leaf.subject.path);
    case "texts": {
      const fold = (side: Side): string[] => texts(side).flatMap((text) => piecesOf(leaf.caseless ? lowerCase(text) : text));
      const right = fold(leaf.right);
      return fold(leaf.left).some((text) => right.some((value) => holds(text, leaf.kind, value)));
    }
    case "numbers": {
      const right = numbers(leaf.right);
      return numbers(leaf.left).some((number) => right.some((value) => compareNumbers(number, leaf.comparison, value)));
    }
  }
}
