import type { AttributeValue } from "@millrace/api/sysflow";
import type { Attribute, FlatRows } from "@millrace/sysflow";
import { attributeOf, isThere, numbersOf, textsOf } from "./attribute-view.ts";
import { compareNumbers, numberOf } from "./numbers.ts";
import { holds, piecesOf, testText } from "./text-test.ts";
import type { Condition, Side } from "./tree.ts";

/**
 * Decides a condition for one record by walking it: slow and plain. It says what conditions mean; the compiled engine is
 * compared with it, and `policy explain` shows its steps.
 */
export function interpret(condition: Condition, batch: FlatRows, index: number): boolean {
  switch (condition.node) {
    case "constant":
      return condition.value;
    case "and":
      return condition.terms.every((term) => interpret(term, batch, index));
    case "or":
      return condition.terms.some((term) => interpret(term, batch, index));
    case "not":
      return !interpret(condition.term, batch, index);
    default:
      return interpretLeaf(condition, batch, index);
  }
}

/** A condition that has no parts. */
export type Leaf = Extract<Condition, { readonly node: "text" | "number" | "texts" | "numbers" | "exists" }>;

export function interpretLeaf(leaf: Leaf, batch: FlatRows, index: number): boolean {
  return leafHolds(leaf, (attribute) => attribute.get(batch, index));
}

/** Decides a leaf, given the values of the attributes that it reads. */
export function leafHolds(leaf: Leaf, read: (attribute: Attribute) => AttributeValue): boolean {
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
      const fold = (side: Side): string[] => texts(side).flatMap((text) => piecesOf(leaf.caseless ? text.toLowerCase() : text));
      const right = fold(leaf.right);
      return fold(leaf.left).some((text) => right.some((value) => holds(text, leaf.kind, value)));
    }
    case "numbers": {
      const right = numbers(leaf.right);
      return numbers(leaf.left).some((number) => right.some((value) => compareNumbers(number, leaf.comparison, value)));
    }
  }
}
