import type { FlatRows } from "@millrace/sysflow";
import type { Leaf } from "../interpret.ts";
import { BitInterner, setBit, wordsFor } from "./bits.ts";
import { Dimension } from "./dimension.ts";
import { type LeafTest, leafTest } from "./leaf-tests.ts";

/**
 * Leaves that depend on what mostly is something else in each record, such as times and numbers of bytes. They are decided each
 * time that they matter: numbers by comparisons made beforehand, tests of one text in one pass.
 */
export class ChangingLeaves {
  readonly bitOf: ReadonlyMap<Leaf, number>;
  readonly #texts: Dimension;
  readonly #numbers: readonly { readonly test: LeafTest; readonly bit: number }[];
  readonly #bits: Int32Array;
  #signatures: BitInterner;

  constructor(leaves: readonly Leaf[]) {
    const texts = leaves.filter((leaf) => leaf.node === "text");
    const numbers = leaves.filter((leaf) => leaf.node !== "text");
    this.bitOf = new Map([...texts, ...numbers].map((leaf, bit) => [leaf, bit]));
    this.#texts = new Dimension(texts);
    this.#numbers = numbers.map((leaf, index) => ({ bit: texts.length + index, test: leafTest(leaf) }));
    this.#bits = new Int32Array(wordsFor(leaves.length));
    this.#signatures = new BitInterner(this.#bits.length);
  }

  get signatures(): BitInterner {
    return this.#signatures;
  }

  /** Forgets all signatures. */
  forget(): void {
    this.#signatures = new BitInterner(this.#bits.length);
  }

  signature(batch: FlatRows, index: number): number {
    const bits = this.#bits;
    bits.fill(0);
    this.#texts.decide((attribute) => attribute.get(batch, index), bits);
    for (const { test, bit } of this.#numbers) if (test(batch, index)) setBit(bits, bit);
    return this.#signatures.intern(bits);
  }
}
