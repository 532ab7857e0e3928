import { Buffer } from "node:buffer";

/** Where the bytes of a trace come from: fills (a part of) the buffer, gives how many bytes it put there, 0 at the end. */
export type ReadBytes = (into: Buffer) => number | Promise<number>;

/** A window on a stream of bytes: some that were read and not yet used. It holds what is asked of it, and one reading more. */
export class Intake {
  #buffer: Buffer;
  #at = 0;
  #end = 0;
  #base = 0;
  #ended = false;
  readonly #read: ReadBytes;
  readonly #chunk: number;

  constructor(read: ReadBytes, chunk: number) {
    this.#read = read;
    this.#chunk = chunk;
    this.#buffer = Buffer.allocUnsafeSlow(chunk);
  }

  /** The bytes at hand, from {@link at} to {@link end}. */
  get bytes(): Buffer {
    return this.#buffer;
  }

  get at(): number {
    return this.#at;
  }

  get end(): number {
    return this.#end;
  }

  /** How many bytes are at hand. */
  get ready(): number {
    return this.#end - this.#at;
  }

  /** How far the stream is used. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Uses so many of the bytes at hand. */
  use(bytes: number): void {
    this.#at += bytes;
  }

  /** Reads until so many bytes are at hand; fewer are if the stream ends. */
  async fill(bytes: number): Promise<void> {
    while (this.ready < bytes && !this.#ended) {
      this.#makeRoom(bytes);
      const read = await this.#read(this.#buffer.subarray(this.#end));
      if (read === 0) this.#ended = true;
      this.#end += read;
    }
  }

  #makeRoom(bytes: number): void {
    if (this.#at > 0) {
      this.#buffer.copyWithin(0, this.#at, this.#end);
      this.#base += this.#at;
      this.#end -= this.#at;
      this.#at = 0;
    }
    if (this.#end + this.#chunk <= this.#buffer.length || this.#buffer.length >= bytes + this.#chunk) return;
    if (this.#buffer.length >= bytes && this.#end < this.#buffer.length) return;
    // No more than double what is there: a length that a damaged file claims is believed as far as bytes do come.
    const more = Buffer.allocUnsafeSlow(Math.min(bytes + this.#chunk, Math.max(this.#buffer.length * 2, this.#chunk)));
    this.#buffer.copy(more, 0, 0, this.#end);
    this.#buffer = more;
  }
}
