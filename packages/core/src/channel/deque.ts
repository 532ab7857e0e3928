/** A queue that takes at its end and gives at its head in constant time: a ring that grows. */
export class Deque<T> {
  private ring: (T | undefined)[] = new Array<T | undefined>(8).fill(undefined);
  private head = 0;
  length = 0;

  push(value: T): void {
    if (this.length === this.ring.length) this.grow();
    this.ring[(this.head + this.length) & (this.ring.length - 1)] = value;
    this.length += 1;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.length -= 1;
    return value;
  }

  peek(): T | undefined {
    return this.length === 0 ? undefined : this.ring[this.head];
  }

  /** The first value that is asked for. */
  find(wanted: (value: T) => boolean): T | undefined {
    for (const value of this) if (wanted(value)) return value;
    return undefined;
  }

  /** Takes a value out, wherever it stands. It stands there once. */
  remove(value: T): void {
    if (this.peek() === value) {
      this.shift();
      return;
    }
    const rest = [...this].filter((other) => other !== value);
    this.ring = new Array<T | undefined>(8).fill(undefined);
    this.head = 0;
    this.length = 0;
    for (const other of rest) this.push(other);
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let i = 0; i < this.length; i++) yield this.ring[(this.head + i) & (this.ring.length - 1)] as T;
  }

  private grow(): void {
    const { ring, head, length } = this;
    const larger = new Array<T | undefined>(ring.length * 2).fill(undefined);
    for (let i = 0; i < length; i++) larger[i] = ring[(head + i) & (ring.length - 1)];
    this.ring = larger;
    this.head = 0;
  }
}
