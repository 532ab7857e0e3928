/** Sets of small numbers as bits in words. */
export function wordsFor(bits: number): number {
  return (bits + 31) >>> 5;
}

export function setBit(words: Int32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31));
}

export function hasBit(words: Int32Array, bit: number): boolean {
  return (((words[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1;
}

/** The numbers in a set, in no order. */
export function bitsIn(words: Int32Array): number[] {
  const bits: number[] = [];
  for (let index = 0; index < words.length; index++) {
    for (let word = words[index] as number; word !== 0; ) {
      const bit = 31 - Math.clz32(word);
      bits.push(index * 32 + bit);
      word &= ~(1 << bit);
    }
  }
  return bits;
}

/** Gives equal sets of bits the same small number, counted from 0. */
export class BitInterner {
  readonly #words: number;
  readonly #root: Map<number, unknown> = new Map();
  readonly #known: Int32Array[] = [];

  constructor(words: number) {
    this.#words = words;
  }

  get size(): number {
    return this.#known.length;
  }

  /** The number of a set. The words are copied where they are new. */
  intern(words: Int32Array): number {
    if (this.#words === 0) {
      if (this.#known.length === 0) this.#known.push(words.slice());
      return 0;
    }
    let map = this.#root;
    for (let i = 0; i < this.#words - 1; i++) {
      const word = words[i] as number;
      let next = map.get(word) as Map<number, unknown> | undefined;
      if (next === undefined) {
        next = new Map();
        map.set(word, next);
      }
      map = next;
    }
    const last = words[this.#words - 1] as number;
    const known = map.get(last) as number | undefined;
    if (known !== undefined) return known;
    map.set(last, this.#known.length);
    this.#known.push(words.slice());
    return this.#known.length - 1;
  }

  /** The set of a number. */
  bitsOf(id: number): Int32Array {
    return this.#known[id] as Int32Array;
  }
}
