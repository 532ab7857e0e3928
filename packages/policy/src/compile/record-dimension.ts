import { type FlatRows, layout, names } from "@millrace/sysflow";
import { attributeOf } from "../attribute-view.ts";
import { type Leaf, leafHolds } from "../interpret.ts";
import { BitInterner, setBit, wordsFor } from "./bits.ts";
import { Dimension } from "./dimension.ts";
import { subjectsOf } from "./specialise.ts";

type LeafTest = (batch: FlatRows, index: number) => boolean;

interface NumberedLeaf {
  readonly leaf: Leaf;
  readonly bit: number;
}

/**
 * Leaves that depend on the record itself. Those that read only its flags are decided once for each value of the flags;
 * comparisons of numbers are compiled; tests of one text are made in one pass; the rest is decided each time.
 */
export class RecordDimension {
  readonly bitOf: ReadonlyMap<Leaf, number>;
  #signatures: BitInterner;
  readonly #byFlags: readonly { readonly word: number; readonly leaves: readonly NumberedLeaf[]; readonly known: Map<number, Int32Array> }[];
  /** Tests of texts, those of one attribute together. */
  readonly #texts: Dimension | undefined;
  readonly #rest: readonly { readonly test: LeafTest; readonly bit: number }[];
  readonly #bits: Int32Array;
  /** Where one word of flags decides everything: the signature for each of its values. */
  readonly #byOneWord: Map<number, number> | undefined;
  readonly #words: number;

  constructor(type: number, leaves: readonly Leaf[]) {
    // Tests of texts come first, so that their bits are those of a dimension of their own.
    const texts = leaves.filter((leaf) => leaf.node === "text" && flagWordOf(leaf) === undefined);
    const numbered = [...texts, ...leaves.filter((leaf) => !texts.includes(leaf))].map((leaf, bit) => ({ leaf, bit }));
    this.#texts = texts.length === 0 ? undefined : new Dimension(texts);
    this.bitOf = new Map(numbered.map(({ leaf, bit }) => [leaf, bit]));
    const words = wordsFor(leaves.length);
    this.#words = words;
    this.#signatures = new BitInterner(words);
    this.#bits = new Int32Array(words);
    const flagWords = [layout.OP_FLAGS, ...(type === names.FILE_FLOW ? [layout.OPEN_FLAGS] : [])];
    this.#byFlags = flagWords.flatMap((word) => {
      const own = numbered.filter(({ leaf }) => flagWordOf(leaf) === word);
      return own.length === 0 ? [] : { word, leaves: own, known: new Map<number, Int32Array>() };
    });
    this.#rest = numbered
      .slice(texts.length)
      .filter(({ leaf }) => flagWordOf(leaf) === undefined)
      .map(({ leaf, bit }) => ({ bit, test: leafTest(leaf) }));
    this.#byOneWord = texts.length === 0 && this.#rest.length === 0 && this.#byFlags.length <= 1 ? new Map() : undefined;
  }

  /** How many signatures there are. */
  get signatures(): number {
    return this.#signatures.size;
  }

  /** Forgets all signatures. */
  forget(): void {
    this.#signatures = new BitInterner(this.#words);
    this.#byOneWord?.clear();
  }

  bitsOf(signature: number): Int32Array {
    return this.#signatures.bitsOf(signature);
  }

  signature(batch: FlatRows, index: number): number {
    const one = this.#byOneWord;
    if (one === undefined) return this.#find(batch, index);
    const flags = this.#byFlags.length === 0 ? 0 : (batch.words[(batch.bases[index] as number) + (this.#byFlags[0] as { word: number }).word] as number);
    let signature = one.get(flags);
    if (signature === undefined) {
      signature = this.#find(batch, index);
      if (one.size < MOST_FLAG_VALUES) one.set(flags, signature);
    }
    return signature;
  }

  #find(batch: FlatRows, index: number): number {
    const bits = this.#bits;
    bits.fill(0);
    for (const { word, leaves, known } of this.#byFlags) {
      const flags = batch.words[(batch.bases[index] as number) + word] as number;
      let own = known.get(flags);
      if (own === undefined) {
        own = new Int32Array(bits.length);
        for (const { leaf, bit } of leaves) if (leafHolds(leaf, (attribute) => attribute.get(batch, index))) setBit(own, bit);
        if (known.size < MOST_FLAG_VALUES) known.set(flags, own);
      }
      for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) | (own[i] as number);
    }
    this.#texts?.decide((attribute) => attribute.get(batch, index), bits);
    for (const { test, bit } of this.#rest) if (test(batch, index)) setBit(bits, bit);
    return this.#signatures.intern(bits);
  }
}

/** How many values of flags are remembered. Real traces have some hundred. */
const MOST_FLAG_VALUES = 65_536;

/** Attributes that depend on the operation flags and the type alone, and on the flags with which a file was opened. */
const OF_OPERATIONS: readonly string[] = ["sf.opflags", "evt.type"];
const OF_OPENING: readonly string[] = ["sf.file.openflags", "sf.file.is_open_read", "sf.file.is_open_write"];

function flagWordOf(leaf: Leaf): number | undefined {
  const attributes = subjectsOf(leaf)
    .map((subject) => attributeOf(subject))
    .map(({ name, aliasOf }) => aliasOf ?? name);
  if (attributes.every((name) => OF_OPERATIONS.includes(name))) return layout.OP_FLAGS;
  if (attributes.every((name) => OF_OPENING.includes(name))) return layout.OPEN_FLAGS;
  return undefined;
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
