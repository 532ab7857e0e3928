/** How many sets of words are remembered, and at how many places in a row one may stand. */
const SLOTS = 8192;
const PLACES = 4;

/**
 * What was found out about some words of a row, by their values. Bounded: what finds no place takes that of another one. So
 * it stays quick whatever the data, and forgetting costs no more than finding out again.
 */
export class WordMemo {
  /** Where the words stand in a row. */
  readonly #at: readonly number[];
  readonly #key: Int32Array;
  #keys = new Int32Array(0);
  /** What was found, plus one, by slot; 0: free. */
  #found = new Int32Array(0);
  #turn = 0;

  constructor(at: readonly number[]) {
    this.#at = at;
    this.#key = new Int32Array(at.length);
  }

  /** What is known of the row that begins at `base`, -1 for nothing. */
  get(words: Int32Array, base: number): number {
    const at = this.#at;
    const key = this.#key;
    const width = key.length;
    const found = this.#found;
    if (found.length === 0) this.clear();
    let hash = 0;
    for (let i = 0; i < width; i++) {
      const word = words[base + (at[i] as number)] as number;
      key[i] = word;
      hash = Math.imul(hash ^ (hash >>> 15) ^ word, 0x9e3779b1);
    }
    const keys = this.#keys;
    const first = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let place = 0; place < PLACES; place++) {
      const slot = (first + place) & (SLOTS - 1);
      const stored = this.#found[slot] as number;
      if (stored === 0) break;
      let i = 0;
      while (i < width && keys[slot * width + i] === key[i]) i++;
      if (i === width) return stored - 1;
    }
    this.#turn = first;
    return -1;
  }

  /** Remembers what was found out about the row that was last asked for in vain. */
  add(value: number): void {
    let slot = this.#turn;
    for (let place = 1; place < PLACES && this.#found[slot] !== 0; place++) slot = (this.#turn + place) & (SLOTS - 1);
    this.#keys.set(this.#key, slot * this.#key.length);
    this.#found[slot] = value + 1;
  }

  clear(): void {
    this.#keys = new Int32Array(SLOTS * this.#key.length);
    this.#found = new Int32Array(SLOTS);
  }
}
