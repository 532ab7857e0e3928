import { writeSync } from "node:fs";

/** Where lines go: a file descriptor, or anything that takes text. */
export type LogTarget = number | { write(text: string): unknown };

/** Lines are gathered up to this many UTF-16 code units before they are written at once. */
const CHUNK = 65_536;
/** As much may wait for a reader that is slow. Then the writer waits, as a plain program would. */
const MOST_WAITING = 8_388_608;
/** How long it waits, in milliseconds, for a reader that takes nothing, before it gives up what is waiting. */
const MOST_PATIENCE = 2000;
/** How long a reader that takes nothing is left alone before it is tried again, in milliseconds. */
const RETRY = 5;

/**
 * Writes lines in chunks, whole lines at a time, without a promise: at the latest after the current turn of the event
 * loop, and by {@link LineWriter.flush} before the process ends. So a reader of a pipe gets all of it.
 */
export class LineWriter {
  readonly #target: LogTarget;
  readonly #broken: (cause: unknown) => void;
  /** Called before the first line of a chunk, so that two writers keep the order of their lines. */
  readonly #first: () => void;
  #text = "";
  /** What a full pipe has not taken yet. */
  #rest: Buffer | undefined;
  #scheduled = false;
  /** The reader has been waited for in vain. Until it takes something, nobody waits for it again. */
  #stuck = false;
  #ended = false;
  #lost = 0;

  constructor(target: LogTarget, broken: (cause: unknown) => void, first: () => void = () => undefined) {
    this.#target = target;
    this.#broken = broken;
    this.#first = first;
  }

  /** How many lines could not be written: the reader has gone, or stood still for too long. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether there is nothing that still has to be written. */
  get idle(): boolean {
    return this.#ended || (this.#text === "" && this.#rest === undefined);
  }

  /** Takes a line, with its end. */
  write(line: string): void {
    if (this.#ended) {
      this.#lost++;
      return;
    }
    if (this.#text === "") this.#first();
    this.#text += line;
    if (this.#text.length >= CHUNK) this.#push(this.#rest !== undefined && this.#rest.length > MOST_WAITING);
    else this.#schedule(false);
  }

  /** Writes what is there, as far as the reader takes it without waiting. */
  push(): void {
    this.#push(false);
  }

  /** Writes what is there, and waits for a slow reader, but not for ever. */
  flush(): void {
    this.#push(true);
  }

  #schedule(later: boolean): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const again = (): void => {
      this.#scheduled = false;
      this.#push(false);
    };
    if (later) setTimeout(again, RETRY);
    else setImmediate(again);
  }

  #push(wait: boolean): void {
    if (this.#text === "" && this.#rest === undefined) return;
    const text = this.#text;
    this.#text = "";
    try {
      if (typeof this.#target === "number") this.#pushTo(this.#target, text, wait);
      else this.#target.write(text);
    } catch (cause) {
      this.#ended = true;
      this.#giveUp(text);
      this.#broken(cause);
    }
  }

  #pushTo(descriptor: number, text: string, wait: boolean): void {
    let bytes = this.#rest === undefined ? Buffer.from(text) : Buffer.concat([this.#rest, Buffer.from(text)]);
    this.#rest = undefined;
    let deadline = performance.now() + MOST_PATIENCE;
    while (bytes.length > 0) {
      const written = writeSome(descriptor, bytes);
      if (written > 0) {
        bytes = bytes.subarray(written);
        this.#stuck = false;
        deadline = performance.now() + MOST_PATIENCE;
      } else if (!wait) {
        this.#rest = bytes;
        this.#schedule(true);
        return;
      } else if (this.#stuck || performance.now() > deadline) {
        this.#stuck = true;
        this.#giveUp(bytes.toString());
        return;
      } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }

  #giveUp(text: string): void {
    this.#lost += text.split("\n").length - 1;
    this.#rest = undefined;
  }
}

/** How many bytes a descriptor took; 0 while it takes none. */
function writeSome(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EAGAIN" || (cause as NodeJS.ErrnoException).code === "EINTR") return 0;
    throw cause;
  }
}
