import { writeAddress, writeDigits, writeHexWord, writeWide } from "./digits.ts";
import { ascii, type Literal, literal } from "./literal.ts";
import { Memory } from "./memory.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** 1 for each ASCII character that stands for itself in a JSON text, as Go writes one: `<`, `>` and `&` do not. */
const PLAIN: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => Number(code >= 0x20 && !'"\\<>&'.includes(String.fromCharCode(code))));
/** What stands after the backslash for the characters that have a name of their own. */
const NAMED: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0d, 0x72],
]);
const HEX: Uint8Array = /* @__PURE__ */ ascii("0123456789abcdef");
const TRUE: Literal = /* @__PURE__ */ literal("true");
const FALSE: Literal = /* @__PURE__ */ literal("false");

/** The most bytes a UTF-16 code unit takes in a JSON text: `\u001f`. */
const MOST_BYTES = 6;

/** How many code units of a long text are written at once. */
const PART = 1024;

/**
 * Writes JSON texts into memory, with the escapes of Go's `encoding/json`: `<`, `>`, `&`, U+2028 and U+2029 are escaped, and
 * what is no Unicode text is `\ufffd`.
 */
export class JsonWriter extends Memory {
  /** A text as it is; no longer than a hundred characters, or {@link need} was called. */
  put(text: Literal): void {
    const { words } = text;
    const { view, at } = this;
    for (let i = 0; i < words.length; i++) view.setFloat64(at + i * 8, words[i] as number, true);
    this.at = at + text.length;
  }

  /** Bytes as they are. */
  putBytes(bytes: Uint8Array): void {
    this.need(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** A short text of ASCII characters that need no escape, without quotes. */
  plain(text: string): void {
    const { bytes } = this;
    const { length } = text;
    const { at } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.at += length;
  }

  /** An IPv4 address in its dotted form, without quotes; its least significant byte is the first octet. */
  address(address: number): void {
    this.at = writeAddress(this.view, this.at, address);
  }

  /** The 40 hexadecimal digits of the identity of a file that stands in five words, in quotes. */
  fileOid(words: Int32Array, from: number): void {
    const { bytes, view } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let i = from; i < from + 5; i++) at = writeHexWord(view, at, words[i] as number);
    bytes[at++] = QUOTE;
    this.at = at;
  }

  bool(value: boolean): void {
    this.put(value ? TRUE : FALSE);
  }

  /** A 32-bit integer with its sign. */
  int(value: number): void {
    if (value < 0) {
      this.bytes[this.at++] = 0x2d;
      value = -value;
    }
    this.at = writeDigits(this.view, this.at, value);
  }

  /** A 64-bit integer with its sign, from its halves. */
  long(lo: number, hi: number): void {
    if (hi < 0) {
      this.bytes[this.at++] = 0x2d;
      lo = -lo | 0;
      hi = lo === 0 ? -hi : ~hi;
    }
    hi >>>= 0;
    lo >>>= 0;
    this.at = hi === 0 ? writeDigits(this.view, this.at, lo) : writeWide(this.view, this.at, lo, hi);
  }

  /** A text in quotes. */
  string(text: string): void {
    this.#string(text, 0, text.length);
  }

  /** A text in quotes, without one quote (`"` or `'`) that it may begin with and one that it may end with. */
  unquoted(text: string): void {
    const { length } = text;
    const from = length > 0 && isQuote(text.charCodeAt(0)) ? 1 : 0;
    this.#string(text, from, length > from && isQuote(text.charCodeAt(length - 1)) ? length - 1 : length);
  }

  #string(text: string, from: number, to: number): void {
    if (to - from > PART) {
      this.#longString(text, from, to);
      return;
    }
    this.need((to - from) * MOST_BYTES + 2);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i);
      if (code < 128 && PLAIN[code] === 1) {
        bytes[at++] = code;
      } else {
        at = escaped(bytes, at, text, i, to);
        break;
      }
    }
    bytes[at++] = QUOTE;
    this.at = at;
  }

  /** By parts: room is then made for what a text takes, and not for what it might take at most. */
  #longString(text: string, from: number, to: number): void {
    this.bytes[this.at++] = QUOTE;
    for (let begin = from, end = from; begin < to; begin = end) {
      end = Math.min(to, begin + PART);
      // No part ends within a pair.
      if (end < to && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
      this.need((end - begin) * MOST_BYTES + 2);
      this.at = escaped(this.bytes, this.at, text, begin, end);
    }
    this.bytes[this.at++] = QUOTE;
  }
}

function isQuote(code: number): boolean {
  return code === QUOTE || code === 0x27;
}

/** Writes a part of a text with its escapes. Gives the offset after it. */
function escaped(bytes: Uint8Array, at: number, text: string, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) {
      if (PLAIN[code] === 1) bytes[at++] = code;
      else at = writeEscape(bytes, at, code);
    } else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 63);
    } else if (code >= 0xd800 && code < 0xe000) {
      const next = code < 0xdc00 && i + 1 < to ? text.charCodeAt(i + 1) : 0;
      if (next < 0xdc00 || next >= 0xe000) {
        at = writeEscape(bytes, at, 0xfffd);
        continue;
      }
      i++;
      const point = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 63);
      bytes[at++] = 0x80 | ((point >> 6) & 63);
      bytes[at++] = 0x80 | (point & 63);
    } else if (code === 0x2028 || code === 0x2029 || code === 0xfffd) {
      // Bytes that are no UTF-8 were read as U+FFFD, and Go writes those escaped.
      at = writeEscape(bytes, at, code);
    } else {
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 63);
      bytes[at++] = 0x80 | (code & 63);
    }
  }
  return at;
}

function writeEscape(bytes: Uint8Array, at: number, code: number): number {
  bytes[at++] = BACKSLASH;
  const named = NAMED.get(code);
  if (named !== undefined) {
    bytes[at++] = named;
    return at;
  }
  bytes[at++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4) bytes[at++] = HEX[(code >> shift) & 15] as number;
  return at;
}
