import type { Buffer } from "node:buffer";

/** The UTF-8 text at an offset. Each byte that belongs to no UTF-8 character becomes U+FFFD, as in Go. */
export function textAt(bytes: Buffer, at: number, length: number): string {
  if (length > 24) return utf8(bytes, at, at + length);
  // Short ASCII text, which most names are, is faster without leaving JavaScript.
  let text = "";
  for (let i = at, end = at + length; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte > 127) return utf8(bytes, at, at + length);
    text += String.fromCharCode(byte);
  }
  return text;
}

const REPLACEMENT = "\ufffd";

/** Node makes one U+FFFD of all the bytes that a character was begun with. Paths and arguments that were cut off have such ends. */
function utf8(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString("utf8", from, to);
  if (!text.includes(REPLACEMENT)) return text;
  let mended = "";
  let sound = from;
  for (let at = from; at < to; ) {
    const length = characterLength(bytes, at, to);
    if (length === 0) {
      mended += bytes.toString("utf8", sound, at) + REPLACEMENT;
      sound = at + 1;
    }
    at += length || 1;
  }
  return mended + bytes.toString("utf8", sound, to);
}

/** How many bytes the character at an offset takes; 0 where there is none. */
function characterLength(bytes: Buffer, at: number, end: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  // The second byte keeps out what has a shorter form, surrogates, and what lies beyond U+10FFFF.
  const second = bytes[at + 1] as number;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + length; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

const NO_STRINGS: readonly string[] = Object.freeze([]);
const CACHED_LENGTH = 192;
const CACHE_MASK = 4095;

/**
 * Remembers texts that come again and again, such as the names of users and what is announced anew after each header, so
 * that each is made once and held once. A text that falls on the place of another one takes it.
 */
export class TextCache {
  readonly #texts: string[] = new Array<string>(CACHE_MASK + 1).fill("");

  /** As {@link textAt}. */
  textAt(bytes: Buffer, at: number, length: number): string {
    if (length > CACHED_LENGTH || length === 0) return textAt(bytes, at, length);
    const place = placeOf(bytes, at, length);
    const known = this.#texts[place] as string;
    if (known.length === length && isText(known, bytes, at)) return known;
    const text = textAt(bytes, at, length);
    this.#texts[place] = text;
    return text;
  }
}

/** Where in the cache a text belongs, by its length and some of its bytes. */
function placeOf(bytes: Buffer, at: number, length: number): number {
  let mixed = length ^ ((bytes[at + length - 1] as number) << 8);
  for (let i = at + length - 2, step = (length >> 3) + 1; i >= at; i -= step) mixed = Math.imul(mixed ^ (bytes[i] as number), 0x9e3779b1);
  return ((mixed >>> 15) ^ mixed) & CACHE_MASK;
}

/** Whether bytes are a text of ASCII characters. */
function isText(text: string, bytes: Buffer, at: number): boolean {
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i);
    if (code !== bytes[at + i] || code > 127) return false;
  }
  return true;
}

/** Reads an Avro long at an offset whose value is known to be small and sound: a count or a length that was checked before. */
function smallLong(bytes: Buffer, cursor: { at: number }): number {
  let raw = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes[cursor.at++] ?? 0;
    raw += (byte & 127) * factor;
    if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    factor *= 128;
  }
}

/** The strings of the Avro array at an offset that a decoder has accepted; none for a negative offset. */
export function stringsAt(bytes: Buffer, at: number): readonly string[] {
  if (at < 0 || bytes[at] === 0) return NO_STRINGS;
  const strings: string[] = [];
  const cursor = { at };
  for (;;) {
    let count = smallLong(bytes, cursor);
    if (count === 0) return strings;
    if (count < 0) {
      count = -count;
      smallLong(bytes, cursor);
    }
    for (; count > 0; count--) {
      const length = smallLong(bytes, cursor);
      strings.push(textAt(bytes, cursor.at, length));
      cursor.at += length;
    }
  }
}

/** The 40 hexadecimal digits of the file identity that stands in five words. */
export function foidText(words: Int32Array, at: number): string {
  let text = "";
  for (let i = 0; i < 5; i++) {
    const word = words[at + i] as number;
    // The first byte is the least significant one of its word.
    const swapped = ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    text += (swapped >>> 0).toString(16).padStart(8, "0");
  }
  return text;
}

/** Writes a file identity of 40 hexadecimal digits into five words; false for anything else. */
export function putFoid(words: Int32Array, at: number, text: string): boolean {
  if (!/^[0-9a-fA-F]{40}$/.test(text)) return false;
  for (let i = 0; i < 5; i++) {
    const big = Number.parseInt(text.slice(i * 8, i * 8 + 8), 16);
    words[at + i] = ((big & 0xff) << 24) | ((big & 0xff00) << 8) | ((big >>> 8) & 0xff00) | (big >>> 24);
  }
  return true;
}
