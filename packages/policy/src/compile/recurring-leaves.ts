import type { FlatRows } from "@millrace/sysflow";
import { attributeOf } from "../attribute-view.ts";
import type { Leaf } from "../interpret.ts";
import type { BitInterner } from "./bits.ts";
import { Dimension } from "./dimension.ts";
import { subjectsOf } from "./specialise.ts";
import { WordMemo } from "./word-memo.ts";

/**
 * Leaves that depend on words of the record of which the same values come again and again, such as flags, ports and addresses.
 * They are decided once for each set of values.
 */
export class RecurringLeaves {
  readonly #dimension: Dimension;
  /** The signature, by the values of the words that the leaves read. */
  readonly #memo: WordMemo;
  readonly #bits: Int32Array;

  constructor(leaves: readonly Leaf[]) {
    this.#dimension = new Dimension(leaves);
    this.#memo = new WordMemo([...new Set(leaves.flatMap((leaf) => recurringWords(leaf) as readonly number[]))]);
    this.#bits = new Int32Array(this.#dimension.words);
  }

  get bitOf(): ReadonlyMap<Leaf, number> {
    return this.#dimension.bitOf;
  }

  get signatures(): BitInterner {
    return this.#dimension.signatures;
  }

  /** Forgets all signatures. */
  forget(): void {
    this.#dimension.forget();
    this.#memo.clear();
  }

  signature(batch: FlatRows, index: number): number {
    const { words } = batch;
    const base = batch.bases[index] as number;
    const known = this.#memo.get(words, base);
    if (known >= 0) return known;
    const signature = this.#decide(batch, index);
    this.#memo.add(words, base, signature);
    return signature;
  }

  /** Apart from {@link signature}: a function that makes a closure costs something even where it makes none. */
  #decide(batch: FlatRows, index: number): number {
    this.#bits.fill(0);
    this.#dimension.decide((attribute) => attribute.get(batch, index), this.#bits);
    return this.#dimension.signatures.intern(this.#bits);
  }
}

/** The words of a record that decide a leaf, if they are known and their values come again; in any other case `undefined`. */
export function recurringWords(leaf: Leaf): readonly number[] | undefined {
  const words: number[] = [];
  for (const subject of subjectsOf(leaf)) {
    const { reads } = attributeOf(subject);
    if (reads === undefined) return undefined;
    words.push(...reads);
  }
  return words;
}
