/** What houses processes, containers or pods, by their ids, in the order in which they were last told of or used. */
export class HousedTable<T> {
  readonly #entries: Map<string, Housed<T>> = new Map();

  get size(): number {
    return this.#entries.size;
  }

  find(id: string): T | undefined {
    return this.#entries.get(id)?.version;
  }

  /** Takes a version as the newest entry. @param batch - the number of the batch that tells of it */
  put(id: string, version: T, batch: number): void {
    this.#entries.delete(id);
    this.#entries.set(id, { version, touched: batch });
  }

  /** Makes an entry the newest one, if it is there; once a batch. */
  touch(id: string, batch: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.touched === batch) return;
    entry.touched = batch;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  /** Removes the oldest entries until no more than so many are left. Gives how many it has removed. */
  shrink(most: number): number {
    const before = this.#entries.size;
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(id);
    }
    return before - this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
  }
}

interface Housed<T> {
  readonly version: T;
  /** The batch in which it was last touched. */
  touched: number;
}
