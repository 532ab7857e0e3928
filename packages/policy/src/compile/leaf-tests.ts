import type { FlatRows } from "@millrace/sysflow";
import { attributeOf } from "../attribute-view.ts";
import { type Leaf, leafHolds } from "../interpret.ts";

/** Whether a leaf holds of a record of a batch. */
export type LeafTest = (batch: FlatRows, index: number) => boolean;

/** The test of a leaf. Numbers are compared by functions that are made for them. */
export function leafTest(leaf: Leaf): LeafTest {
  if (leaf.node === "number" && leaf.subject.path === undefined) {
    const attribute = attributeOf(leaf.subject);
    const { low, high } = attribute;
    if (attribute.wide && low !== undefined && high !== undefined) return wideTest(leaf.comparison, leaf.value, low, high);
    if (attribute.type === "I" && !attribute.wide) return narrowTest(leaf.comparison, leaf.value, (batch, index) => attribute.get(batch, index) as number);
  }
  return (batch, index) => leafHolds(leaf, (attribute) => attribute.get(batch, index));
}

type NumberLeaf = Extract<Leaf, { readonly node: "number" }>;

/** Compares a number of 32 bits. A bound beyond them is as good as the last number before it. */
function narrowTest(comparison: NumberLeaf["comparison"], value: bigint, read: (batch: FlatRows, index: number) => number): LeafTest {
  const bound = Number(value < -(2n ** 52n) ? -(2n ** 52n) : value > 2n ** 52n ? 2n ** 52n : value);
  switch (comparison) {
    case "<":
      return (batch, index) => read(batch, index) < bound;
    case "<=":
      return (batch, index) => read(batch, index) <= bound;
    case ">":
      return (batch, index) => read(batch, index) > bound;
    case ">=":
      return (batch, index) => read(batch, index) >= bound;
    case "=":
      return (batch, index) => read(batch, index) === bound;
  }
}

/** Compares a number of 64 bits by its halves. */
function wideTest(
  comparison: NumberLeaf["comparison"],
  value: bigint,
  low: (batch: FlatRows, index: number) => number,
  high: (batch: FlatRows, index: number) => number,
): LeafTest {
  // A bound beyond 64 bits decides by itself.
  const clamped = BigInt.asIntN(64, value);
  if (clamped !== value) {
    const always = value > 0n ? comparison === "<" || comparison === "<=" : comparison === ">" || comparison === ">=";
    return () => always;
  }
  const boundLow = Number(clamped & 0xffffffffn);
  const boundHigh = Number(clamped >> 32n);
  const order = (batch: FlatRows, index: number): number => {
    const difference = high(batch, index) - boundHigh;
    return difference !== 0 ? difference : (low(batch, index) >>> 0) - boundLow;
  };
  switch (comparison) {
    case "<":
      return (batch, index) => order(batch, index) < 0;
    case "<=":
      return (batch, index) => order(batch, index) <= 0;
    case ">":
      return (batch, index) => order(batch, index) > 0;
    case ">=":
      return (batch, index) => order(batch, index) >= 0;
    case "=":
      return (batch, index) => order(batch, index) === 0;
  }
}
