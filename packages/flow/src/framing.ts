/** How lines stand in a stream of bytes. A line ends with LF; what else belongs to the end is told by `trim`. */
export interface LineRules {
  /** The longest line, its end included, in bytes; at least 1. */
  readonly maxBytes: number;
  /**
   * What is cut off the end of a line. `"crlf"`: the CR of CR LF and one CR more, as v1alpha1 does; at the end of the stream,
   * where there is no LF, one CR. `"run"`: all CR and LF that stand there, as the classic generation does.
   */
  readonly trim: "crlf" | "run";
}

/** Stands for a line that was longer than the rules allow. Its bytes are passed over up to its end. */
export const OVERLONG: unique symbol = Symbol.for("millrace.flow.overlong");

/** A line without its end: a view of the bytes that were pushed, where the line came in one piece. */
export type Line = Uint8Array | typeof OVERLONG;

const LF = 10;
const CR = 13;
const NOTHING = new Uint8Array(0);
/** Pieces of one line that are kept apart before they are put together, so that a sender of single bytes costs no more than they. */
const MOST_PIECES = 64;

/**
 * Cuts a stream of bytes into lines. Push what arrives, and pull lines until there are none: so the reader decides how
 * many it takes, and what it leaves stays in the bytes. An empty line is a line. The bytes that were pushed are not
 * copied, and must not change.
 */
export class LineFramer {
  private readonly rules: LineRules;
  /** What has arrived and has not been looked at; the first from `at` on. */
  private readonly chunks: Buffer[] = [];
  private at = 0;
  /** The line that has begun and not ended. */
  private pieces: Uint8Array[] = [];
  private pieceBytes = 0;
  /** Whether the line that has begun is too long, and was told so. */
  private skipping = false;
  private ended = false;

  constructor(rules: LineRules) {
    this.rules = rules;
  }

  /** Whether a line has begun and not ended, as far as the stream has been looked at. */
  get partial(): boolean {
    return this.pieceBytes > 0;
  }

  /** Takes what has arrived. */
  push(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.chunks.push(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** Says that the stream has ended: the rest is a line, if there is any. */
  end(): void {
    this.ended = true;
  }

  /** The next line, or `undefined` where more bytes are needed or the stream has ended. */
  next(): Line | undefined {
    for (let chunk = this.chunks[0]; chunk !== undefined; chunk = this.chunks[0]) {
      const end = chunk.indexOf(LF, this.at);
      const line = end === -1 ? this.keep(chunk) : this.cut(chunk, end);
      if (line !== undefined) return line;
    }
    return this.ended ? this.rest() : undefined;
  }

  /** Drops what has been pushed and not pulled. */
  clear(): void {
    this.chunks.length = 0;
    this.at = 0;
    this.forget();
    this.skipping = false;
  }

  /** Keeps the rest of a chunk, in which no line ends. */
  private keep(chunk: Buffer): Line | undefined {
    const piece = chunk.subarray(this.at);
    this.drop();
    if (this.skipping) return undefined;
    if (this.pieceBytes + piece.byteLength >= this.rules.maxBytes) {
      this.forget();
      this.skipping = true;
      return OVERLONG;
    }
    this.pieces.push(piece);
    this.pieceBytes += piece.byteLength;
    if (this.pieces.length === MOST_PIECES) this.pieces = [Buffer.concat(this.pieces)];
    return undefined;
  }

  /** Cuts off the line that ends at the LF at `end`. */
  private cut(chunk: Buffer, end: number): Line | undefined {
    const piece = chunk.subarray(this.at, end);
    const length = this.pieceBytes + piece.byteLength;
    const line = this.pieces.length === 0 ? piece : Buffer.concat([...this.pieces, piece]);
    const skipped = this.skipping;
    this.forget();
    this.skipping = false;
    if (end + 1 < chunk.byteLength) this.at = end + 1;
    else this.drop();
    if (skipped) return undefined;
    return length + 1 > this.rules.maxBytes ? OVERLONG : this.trimmed(line, 2);
  }

  private rest(): Line | undefined {
    if (this.pieceBytes === 0) return undefined;
    const line = this.pieces.length === 1 ? (this.pieces[0] as Uint8Array) : Buffer.concat(this.pieces);
    this.forget();
    return this.trimmed(line, 1);
  }

  private trimmed(line: Uint8Array, mostCr: number): Uint8Array {
    const lowest = this.rules.trim === "run" ? 0 : Math.max(0, line.byteLength - mostCr);
    let length = line.byteLength;
    while (length > lowest && line[length - 1] === CR) length -= 1;
    return length === line.byteLength ? line : length === 0 ? NOTHING : line.subarray(0, length);
  }

  private drop(): void {
    this.chunks.shift();
    this.at = 0;
  }

  private forget(): void {
    this.pieces = [];
    this.pieceBytes = 0;
  }
}
