/** What one side puts in and the other waits for. */
export class Queue<T> {
  private readonly items: T[] = [];
  private readonly waiting: ((item: T | undefined) => void)[] = [];
  private closed = false;

  get size(): number {
    return this.items.length;
  }

  put(item: T): void {
    const waiter = this.waiting.shift();
    if (waiter === undefined) this.items.push(item);
    else waiter(item);
  }

  /** The next item, or `undefined` once the queue is closed and empty. */
  take(): Promise<T | undefined> {
    const item = this.items.shift();
    if (item !== undefined || this.closed) return Promise.resolve(item);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter(undefined);
  }
}
