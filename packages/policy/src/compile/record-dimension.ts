import type { FlatRows } from "@millrace/sysflow";
import { attributeOf } from "../attribute-view.ts";
import { type Leaf, leafHolds } from "../interpret.ts";
import { BitInterner, setBit, wordsFor } from "./bits.ts";
import { Dimension } from "./dimension.ts";
import { subjectsOf } from "./specialise.ts";
import { WordMemo } from "./word-memo.ts";

type LeafTest = (batch: FlatRows, index: number) => boolean;

/**
 * Leaves that depend on the record itself. Those that read only words of which the same values come again and again, such as
 * flags, ports and addresses, are decided once for each set of values; the rest is decided each time: numbers by comparisons
 * made beforehand, tests of one text in one pass.
 */
export class RecordDimension {
  readonly bitOf: ReadonlyMap<Leaf, number>;
  #signatures: BitInterner;
  readonly #words: number;
  readonly #bits: Int32Array;
  /** Leaves that are decided by the values of some words; its bits come first. */
  readonly #recurring: Dimension;
  /** The signature of the recurring leaves alone, by the values of the words that they read. */
  readonly #memo: WordMemo;
  /** Whether there are others. */
  readonly #changing: boolean;
  readonly #texts: Dimension;
  readonly #numbers: readonly { readonly test: LeafTest; readonly bit: number }[];

  constructor(leaves: readonly Leaf[]) {
    const recurring = leaves.filter((leaf) => readsOf(leaf) !== undefined);
    const changing = leaves.filter((leaf) => readsOf(leaf) === undefined);
    this.#changing = changing.length > 0;
    const texts = changing.filter((leaf) => leaf.node === "text");
    const numbers = changing.filter((leaf) => leaf.node !== "text");
    this.#recurring = new Dimension(recurring);
    this.#texts = new Dimension(texts, recurring.length);
    this.#numbers = numbers.map((leaf, index) => ({ bit: recurring.length + texts.length + index, test: leafTest(leaf) }));
    this.bitOf = new Map([...recurring, ...texts, ...numbers].map((leaf, bit) => [leaf, bit]));
    this.#words = wordsFor(leaves.length);
    this.#bits = new Int32Array(this.#words);
    this.#signatures = new BitInterner(this.#words);
    this.#memo = new WordMemo([...new Set(recurring.flatMap((leaf) => readsOf(leaf) as readonly number[]))]);
  }

  /** How many signatures there are. */
  get signatures(): number {
    return this.#signatures.size;
  }

  /** Forgets all signatures. */
  forget(): void {
    this.#signatures = new BitInterner(this.#words);
    this.#memo.clear();
  }

  bitsOf(signature: number): Int32Array {
    return this.#signatures.bitsOf(signature);
  }

  signature(batch: FlatRows, index: number): number {
    let signature = this.#memo.get(batch.words, batch.bases[index] as number);
    if (signature < 0) {
      signature = this.#decideRecurring(batch, index);
      this.#memo.add(batch.words, batch.bases[index] as number, signature);
    }
    return this.#changing ? this.#decideRest(signature, batch, index) : signature;
  }

  #decideRecurring(batch: FlatRows, index: number): number {
    this.#bits.fill(0);
    this.#recurring.decide((attribute) => attribute.get(batch, index), this.#bits);
    return this.#signatures.intern(this.#bits);
  }

  #decideRest(recurring: number, batch: FlatRows, index: number): number {
    const bits = this.#bits;
    bits.set(this.#signatures.bitsOf(recurring));
    this.#texts.decide((attribute) => attribute.get(batch, index), bits);
    for (const { test, bit } of this.#numbers) if (test(batch, index)) setBit(bits, bit);
    return this.#signatures.intern(bits);
  }
}

/** The words that decide a leaf, if they are known and their values come again; in any other case `undefined`. */
function readsOf(leaf: Leaf): readonly number[] | undefined {
  const words: number[] = [];
  for (const subject of subjectsOf(leaf)) {
    const { reads } = attributeOf(subject);
    if (reads === undefined) return undefined;
    words.push(...reads);
  }
  return words;
}

function leafTest(leaf: Leaf): LeafTest {
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
