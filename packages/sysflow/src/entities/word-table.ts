/**
 * A hash table whose keys are some 32-bit words, with open addressing and linear probing; no key is ever made a string. Its
 * entries form a list, newest first, in which an entry moves only when it is touched: so the table can be kept bounded, by
 * use or by age.
 */
export class WordTable<T> {
  /** The value of each entry, by its number. */
  readonly values: (T | undefined)[] = [];
  readonly #width: number;
  #keys: Int32Array;
  /** Numbers of entries plus one, by slot; 0: free. */
  #slots: Int32Array;
  #mask: number;
  // The list, by number of entry; -1: none.
  #newer: Int32Array;
  #older: Int32Array;
  #newest = -1;
  #oldest = -1;
  #size = 0;
  #free: number[] = [];
  #next = 0;
  /** By word of a key. They make its place unforeseeable, so that no input can fill one place. */
  readonly #factors: Int32Array;

  /**
   * @param width - words a key, two at the least
   * @param seed - any 32-bit number
   */
  constructor(width: number, seed: number) {
    this.#width = width;
    this.#factors = Int32Array.from({ length: width }, (_, i) => (Math.imul(seed + i, 0x9e3779b1) ^ Math.imul(seed ^ (i << 13), 0xc2b2ae35)) | 1);
    this.#keys = new Int32Array(16 * width);
    this.#slots = new Int32Array(32);
    this.#mask = 31;
    this.#newer = new Int32Array(16);
    this.#older = new Int32Array(16);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the entry that was touched or added longest ago, -1 if there is none. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The number of the entry with the key at `words[at]`, -1 if there is none. */
  find(words: Int32Array, at: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = this.#hash(words, at) & mask; ; slot = (slot + 1) & mask) {
      const entry = (slots[slot] as number) - 1;
      if (entry < 0) return -1;
      if (this.matches(entry, words, at)) return entry;
    }
  }

  /** Whether an entry is there (it is not for -1) and has the key at `words[at]`. */
  matches(entry: number, words: Int32Array, at: number): boolean {
    const keys = this.#keys;
    const width = this.#width;
    const key = entry * width;
    if (keys[key] !== words[at] || keys[key + 1] !== words[at + 1]) return false;
    for (let i = 2; i < width; i++) if (keys[key + i] !== words[at + i]) return false;
    return this.values[entry] !== undefined;
  }

  /** Adds an entry, as the newest one, whose key is not there yet. Gives its number; numbers of removed entries come back. */
  add(words: Int32Array, at: number, value: T): number {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    const entry = this.#free.pop() ?? this.#next++;
    const width = this.#width;
    for (let i = 0; i < width; i++) this.#keys[entry * width + i] = words[at + i] as number;
    this.values[entry] = value;
    let slot = this.#hash(words, at) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = entry + 1;
    this.#size++;
    this.#link(entry);
    return entry;
  }

  /** Makes an entry the newest one. */
  touch(entry: number): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  remove(entry: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = this.#hash(this.#keys, entry * this.#width) & mask;
    while (slots[hole] !== entry + 1) hole = (hole + 1) & mask;
    // What follows moves up, unless it would then stand before the slot it is looked for at.
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hash(this.#keys, ((slots[slot] as number) - 1) * this.#width) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot] as number;
      hole = slot;
    }
    slots[hole] = 0;
    this.#unlink(entry);
    this.values[entry] = undefined;
    this.#free.push(entry);
    this.#size--;
  }

  clear(): void {
    if (this.#size === 0) return;
    this.#slots.fill(0);
    this.values.length = 0;
    this.#newest = -1;
    this.#oldest = -1;
    this.#size = 0;
    this.#free = [];
    this.#next = 0;
  }

  #hash(words: Int32Array, at: number): number {
    // A sum of products with secret odd factors: no product waits for the one before.
    const factors = this.#factors;
    const width = this.#width;
    let hash = (Math.imul(words[at] as number, factors[0] as number) + Math.imul(words[at + 1] as number, factors[1] as number)) | 0;
    for (let i = 2; i < width; i++) hash = (hash + Math.imul(words[at + i] as number, factors[i] as number)) | 0;
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 7;
  }

  #link(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = -1;
    if (this.#newest >= 0) this.#newer[this.#newest] = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const newer = this.#newer[entry] as number;
    const older = this.#older[entry] as number;
    if (newer >= 0) this.#older[newer] = older;
    else this.#newest = older;
    if (older >= 0) this.#newer[older] = newer;
    else this.#oldest = newer;
  }

  #grow(): void {
    const length = this.#slots.length * 2;
    this.#slots = new Int32Array(length);
    this.#mask = length - 1;
    this.#keys = grown(this.#keys, (length / 2) * this.#width);
    this.#newer = grown(this.#newer, length / 2);
    this.#older = grown(this.#older, length / 2);
    for (let entry = this.#newest; entry >= 0; entry = this.#older[entry] as number) {
      let slot = this.#hash(this.#keys, entry * this.#width) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function grown(words: Int32Array, length: number): Int32Array {
  const more = new Int32Array(length);
  more.set(words);
  return more;
}
