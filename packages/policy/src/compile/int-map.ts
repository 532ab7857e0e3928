/** A map from 32-bit numbers to numbers from 0 up, in two arrays: a look-up takes a few nanoseconds and makes nothing. */
export class IntMap {
  #keys = new Int32Array(64);
  /** Values plus one, by slot; 0: free. */
  #values = new Int32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value of a key, -1 if there is none. */
  get(key: number): number {
    const keys = this.#keys;
    const values = this.#values;
    const mask = keys.length - 1;
    for (let slot = slotOf(key) & mask; ; slot = (slot + 1) & mask) {
      const value = values[slot] as number;
      if (value === 0 || keys[slot] === key) return value - 1;
    }
  }

  /** Adds a key that is not there yet. */
  add(key: number, value: number): void {
    if ((this.#size + 1) * 2 > this.#keys.length) this.#grow();
    this.#size++;
    this.#put(key, value + 1);
  }

  clear(): void {
    this.#keys = new Int32Array(64);
    this.#values = new Int32Array(64);
    this.#size = 0;
  }

  #put(key: number, stored: number): void {
    const mask = this.#keys.length - 1;
    let slot = slotOf(key) & mask;
    while (this.#values[slot] !== 0) slot = (slot + 1) & mask;
    this.#keys[slot] = key;
    this.#values[slot] = stored;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(keys.length * 2);
    this.#values = new Int32Array(keys.length * 2);
    for (let slot = 0; slot < keys.length; slot++) if (values[slot] !== 0) this.#put(keys[slot] as number, values[slot] as number);
  }
}

function slotOf(key: number): number {
  const mixed = Math.imul(key ^ (key >>> 16), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
