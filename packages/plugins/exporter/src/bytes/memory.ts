/** Room that is left after every check, so that short texts of known length and numbers need no check of their own. */
const SLACK = 4096;

/** Places from here on are those of pieces for which the arena has no room. */
const LOOSE = 2 ** 40;

/** How many pieces of the greatest length have room when a record begins. */
const ROOM_FOR = 4;

/**
 * Memory that an encoder writes into: two pages that are filled in turn, so that one can be written out while the other
 * is filled, and an arena for pieces of text that are worth keeping. All of it is one array: a piece is then copied from
 * the arena to a page by `copyWithin`, which neither makes an object nor leaves for a call into the system.
 *
 * The arena is emptied when it is full, and its {@link generation} goes up: whoever remembers a place in it remembers the
 * generation, too, and takes no place of another one. So what is kept takes a fixed number of bytes.
 */
export class Memory {
  bytes: Uint8Array;
  /** Where the next byte goes. */
  at: number;
  generation = 0;
  readonly #arenaBytes: number;
  readonly #longestPiece: number;
  #arenaAt = 0;
  #loose: Uint8Array[] = [];
  readonly #usualPageBytes: number;
  #pageBytes: number;
  /** Where the page in the making begins, and from where on there is no room for more than {@link SLACK}. */
  #begin: number;
  #limit: number;

  constructor(arenaBytes: number, pageBytes: number) {
    this.#arenaBytes = arenaBytes;
    this.#longestPiece = arenaBytes >> 4;
    this.#usualPageBytes = pageBytes + SLACK;
    this.#pageBytes = this.#usualPageBytes;
    this.bytes = allocate(arenaBytes + 2 * this.#pageBytes);
    this.#begin = arenaBytes;
    this.#limit = arenaBytes + pageBytes;
    this.at = arenaBytes;
  }

  /** How many bytes the page in the making has. */
  get length(): number {
    return this.at - this.#begin;
  }

  /** A record begins. What is kept until the next one stays where it is. */
  beginRecord(): void {
    if (this.#loose.length > 0) this.#loose = [];
    if (this.#arenaAt + ROOM_FOR * this.#longestPiece <= this.#arenaBytes) return;
    this.#arenaAt = 0;
    this.generation++;
  }

  /** Makes sure that so many bytes have room in the page, and some short texts after them. */
  need(bytes: number): void {
    if (this.at + bytes > this.#limit) this.#grow(bytes);
  }

  /** Gives the bytes of the page, and turns to the other one, which nobody must be reading any more. */
  turn(): Uint8Array {
    const page = this.bytes.subarray(this.#begin, this.at);
    if (this.#pageBytes > this.#usualPageBytes) this.#replace(this.#usualPageBytes);
    else this.#begin = this.#begin === this.#arenaBytes ? this.#arenaBytes + this.#pageBytes : this.#arenaBytes;
    this.#limit = this.#begin + this.#pageBytes - SLACK;
    this.at = this.#begin;
    return page;
  }

  /** Takes what was written since `from` off the page, and keeps it. Gives its place, which stays good until the next record. */
  keep(from: number): number {
    const length = this.at - from;
    const { at } = this;
    this.at = from;
    if (length > this.#longestPiece || this.#arenaAt + length > this.#arenaBytes) {
      this.#loose.push(this.bytes.slice(from, at));
      return LOOSE * this.#loose.length;
    }
    const place = this.#arenaAt;
    this.bytes.copyWithin(place, from, at);
    this.#arenaAt += length;
    return place;
  }

  /** Whether a place may be remembered beyond the record. */
  remembers(place: number): boolean {
    return place < LOOSE;
  }

  /** Copies a piece that is kept, or a part of one, to the page. */
  copy(place: number, length: number): void {
    if (this.at + length > this.#limit) this.#grow(length);
    if (place < LOOSE) this.bytes.copyWithin(this.at, place, place + length);
    else this.bytes.set(this.#loosePart(place, length), this.at);
    this.at += length;
  }

  /** Writes a part of the page again. @param from - where it begins, counted from the beginning of the page; so `to`, where it ends */
  repeat(from: number, to: number): void {
    this.bytes.copyWithin(this.at, this.#begin + from, this.#begin + to);
    this.at += to - from;
  }

  #loosePart(place: number, length: number): Uint8Array {
    const number = Math.floor(place / LOOSE);
    const from = place - number * LOOSE;
    return (this.#loose[number - 1] as Uint8Array).subarray(from, from + length);
  }

  #grow(bytes: number): void {
    const { length } = this;
    const content = this.bytes.subarray(this.#begin, this.at);
    this.#replace(Math.max(this.#pageBytes * 2, length + bytes + SLACK));
    this.bytes.set(content, this.#begin);
    this.#limit = this.#begin + this.#pageBytes - SLACK;
    this.at = this.#begin + length;
  }

  /** Other memory with the same arena. Who still reads a page of the old one may go on doing so. */
  #replace(pageBytes: number): void {
    const bytes = allocate(this.#arenaBytes + 2 * pageBytes);
    bytes.set(this.bytes.subarray(0, this.#arenaAt));
    this.bytes = bytes;
    this.#pageBytes = pageBytes;
    this.#begin = this.#arenaBytes;
  }
}

/** Memory that is not filled with zeros first. */
function allocate(bytes: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, bytes);
}
