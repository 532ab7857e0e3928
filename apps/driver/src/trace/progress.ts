/** What progress is shown on: standard error, if somebody looks at it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often the line changes, in milliseconds: the first time after so long, so that short work shows nothing. */
const INTERVAL_MS = 250;

/** A line on a terminal that says how far a long work has come. Says nothing where nobody looks. */
export class Progress {
  readonly #stream: ProgressStream | undefined;
  readonly #now: () => number;
  #next: number;
  #shown = false;

  constructor(quiet: boolean, stream: ProgressStream = process.stderr, now: () => number = () => performance.now()) {
    this.#stream = !quiet && stream.isTTY === true ? stream : undefined;
    this.#now = now;
    this.#next = now() + INTERVAL_MS;
  }

  /** @param total - 0 where it is not known */
  show(what: string, done: number, total: number): void {
    if (this.#stream === undefined) return;
    const now = this.#now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    this.#shown = true;
    const much = total > 0 ? `${Math.min(100, Math.floor((done * 100) / total))} %` : String(done);
    this.#stream.write(`\r${what}: ${much}\u001b[K`);
  }

  /** Takes the line away, so that other text can follow. */
  clear(): void {
    if (this.#shown) this.#stream?.write("\r\u001b[K");
    this.#shown = false;
  }
}
