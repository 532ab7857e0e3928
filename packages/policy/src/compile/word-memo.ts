/** How many sets of words are remembered, and at how many places in a row one may stand. */
const SLOTS = 8192;
const PLACES = 4;

/**
 * What was found out about some words of a row, by their values. Bounded: what finds no place takes that of another one. So
 * it stays quick whatever the data, and forgetting costs no more than finding out again.
 */
export class WordMemo {
  /** Where the words stand in a row. */
  readonly #at: Int32Array;
  readonly #keys: Int32Array;
  /** What was found, plus one, by slot; 0: free. */
  readonly #found = new Int32Array(SLOTS);
  /** Where the words that were asked for in vain belong. */
  #missed = 0;

  constructor(at: readonly number[]) {
    this.#at = Int32Array.from(at);
    this.#keys = new Int32Array(SLOTS * at.length);
  }

  /** What is known of the row that begins at `base`, -1 for nothing. */
  get(words: Int32Array, base: number): number {
    const at = this.#at;
    const width = at.length;
    const keys = this.#keys;
    const found = this.#found;
    let hash = 0;
    for (let i = 0; i < width; i++) hash = Math.imul(hash ^ (hash >>> 15) ^ (words[base + (at[i] as number)] as number), 0x9e3779b1);
    const first = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let place = 0; place < PLACES; place++) {
      const slot = (first + place) & (SLOTS - 1);
      const stored = found[slot] as number;
      if (stored === 0) break;
      let i = 0;
      while (i < width && keys[slot * width + i] === words[base + (at[i] as number)]) i++;
      if (i === width) return stored - 1;
    }
    this.#missed = first;
    return -1;
  }

  /** Remembers what was found out about a row that was just asked for in vain. */
  add(words: Int32Array, base: number, value: number): void {
    let slot = this.#missed;
    for (let place = 1; place < PLACES && this.#found[slot] !== 0; place++) slot = (this.#missed + place) & (SLOTS - 1);
    this.#at.forEach((at, i) => {
      this.#keys[slot * this.#at.length + i] = words[base + at] as number;
    });
    this.#found[slot] = value + 1;
  }

  clear(): void {
    this.#found.fill(0);
  }
}
