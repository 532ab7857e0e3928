/** Room that is left after every check, so that short texts of known length and numbers need no check of their own. */
const SLACK = 4096;

/** Pages of an encoder begin where pages of the system do, so that a file can be written from them past the cache of the system: every block size divides it. */
export const ALIGNMENT = 4096;

/** What WebAssembly counts its memory in. */
const WASM_PAGE_BYTES = 65_536;

/** The part of WebAssembly that is used here; the language's own types have none of it. */
declare const WebAssembly: { readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer } };

/** Places from here on are those of pieces for which the arena has no room. */
const LOOSE = 2 ** 40;

/** Pieces up to this length are copied without a call. */
const SHORT = 64;

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
  /** The same memory. */
  view: DataView;
  /** Whether it begins at a page of the system, so that a place in it that is a multiple of 4096 is one. */
  isAligned: boolean;
  /** Where the next byte goes. */
  at: number;
  generation = 0;
  readonly #arenaBytes: number;
  readonly #longestPiece: number;
  #arenaAt = 0;
  #loose: Uint8Array[] = [];
  /** Where the first page begins. */
  readonly #pages: number;
  readonly #usualPageBytes: number;
  #pageBytes: number;
  /** Which page is in the making, where what stands on it begins, and from where on there is no room for more than {@link SLACK}. */
  #page: 0 | 1 = 0;
  #begin: number;
  #limit: number;

  constructor(arenaBytes: number, pageBytes: number) {
    this.#arenaBytes = arenaBytes;
    this.#longestPiece = arenaBytes >> 4;
    this.#pages = aligned(arenaBytes);
    this.#usualPageBytes = aligned(pageBytes + SLACK + ALIGNMENT);
    this.#pageBytes = this.#usualPageBytes;
    const { bytes, isAligned } = allocate(this.#pages + 2 * this.#pageBytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.isAligned = isAligned;
    this.at = this.#begin = this.#pages;
    this.#limit = this.#pages + this.#pageBytes - SLACK;
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

  /** The empty page in the making is to begin as far after a boundary of 4096 bytes as an offset. The pages after it go on where it ends. */
  beginAt(offset: number): void {
    this.at = this.#begin = this.#pages + this.#page * this.#pageBytes + (offset % ALIGNMENT);
  }

  /**
   * Gives the bytes of the page, and turns to the other one, which nobody must be reading any more.
   *
   * @param whole - `false`: the bytes after the last boundary of 4096 bytes are not given, and are the first ones of the other page
   */
  turn(whole = true): Uint8Array {
    const { bytes, at } = this;
    const end = whole ? at : Math.max(this.#begin, at - (at % ALIGNMENT));
    const page = bytes.subarray(this.#begin, end);
    if (this.#pageBytes > this.#usualPageBytes) this.#replace(this.#usualPageBytes);
    this.#page = this.#page === 0 ? 1 : 0;
    this.beginAt(end);
    this.#limit = this.#pages + (this.#page + 1) * this.#pageBytes - SLACK;
    this.bytes.set(bytes.subarray(end, at), this.at);
    this.at += at - end;
    return page;
  }

  /** Takes what was written since the page had a length off it again, and keeps it. Gives its place, which stays good until the next record. */
  keep(since: number): number {
    const from = this.#begin + since;
    const { at } = this;
    const length = at - from;
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
    if (length === 0) return;
    const { at } = this;
    if (at + length > this.#limit || place >= LOOSE) this.#copySlowly(place, length);
    else if (length > SHORT) this.bytes.copyWithin(at, place, place + length);
    else copyShort(this.view, at, place, length);
    this.at += length;
  }

  /** Writes a short part of the page again. @param from - where it begins, counted from the beginning of the page; so `to`, where it ends */
  repeat(from: number, to: number): void {
    copyShort(this.view, this.at, this.#begin + from, to - from);
    this.at += to - from;
  }

  #copySlowly(place: number, length: number): void {
    this.need(length);
    if (place < LOOSE) {
      this.bytes.copyWithin(this.at, place, place + length);
      return;
    }
    const number = Math.floor(place / LOOSE);
    const from = place - number * LOOSE;
    this.bytes.set((this.#loose[number - 1] as Uint8Array).subarray(from, from + length), this.at);
  }

  #grow(bytes: number): void {
    const { length } = this;
    const offset = this.#begin % ALIGNMENT;
    const content = this.bytes.subarray(this.#begin, this.at);
    this.#replace(aligned(Math.max(this.#pageBytes * 2, length + bytes + SLACK + ALIGNMENT)));
    this.#page = 0;
    this.beginAt(offset);
    this.bytes.set(content, this.#begin);
    this.#limit = this.#pages + this.#pageBytes - SLACK;
    this.at = this.#begin + length;
  }

  /** Other memory with the same arena. Who still reads a page of the old one may go on doing so. */
  #replace(pageBytes: number): void {
    const { bytes, isAligned } = allocate(this.#pages + 2 * pageBytes);
    bytes.set(this.bytes.subarray(0, this.#arenaAt));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.isAligned = isAligned;
    this.#pageBytes = pageBytes;
  }
}

/**
 * Copies a few bytes, eight at a time: a call of `copyWithin` takes longer. Up to seven bytes after them are overwritten. (What is
 * copied is UTF-8, so that no eight bytes of it are a NaN, whose bits a store may change.)
 */
function copyShort(view: DataView, to: number, from: number, length: number): void {
  for (let i = 0; i < length; i += 8) view.setFloat64(to + i, view.getFloat64(from + i, true), true);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Memory that begins at a page of the system: that of WebAssembly does. Where there is none, any other memory. */
function allocate(bytes: number): { readonly bytes: Uint8Array; readonly isAligned: boolean } {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  try {
    return { bytes: new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, 0, bytes), isAligned: true };
  } catch {
    // Switched off, or no room among the addresses for what it reserves beside its memory.
    const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes);
    return { bytes: new Uint8Array(buffer, byteOffset, bytes), isAligned: false };
  }
}
