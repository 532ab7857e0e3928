/** Numbers that look random and are the same for the same seed (Mulberry32, Tommy Ettinger 2017). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // Seeds may have more than 32 bits: none of them is lost.
    this.#state = (seed ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1)) | 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0 up to, not including, a limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** One of some things; small indexes come more often if `skew` is above 1. */
  pick<T>(from: readonly T[], skew = 1): T {
    return from[Math.floor(this.next() ** skew * from.length)] as T;
  }
}
