import { Memory } from "./memory.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const TWO_32 = 4_294_967_296;
const MILLION = 1_000_000;

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
/** The two digits of each number below 100. */
const PAIRS: Uint8Array = /* @__PURE__ */ ascii(Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0")).join(""));
const TRUE: Uint8Array = /* @__PURE__ */ ascii("true");
const FALSE: Uint8Array = /* @__PURE__ */ ascii("false");

/** The most bytes a UTF-16 code unit takes in a JSON text: `\u001f`. */
const MOST_BYTES = 6;

/** How many code units of a long text are written at once. */
const PART = 1024;

/** The bytes of a text of ASCII characters. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/**
 * Writes JSON texts into memory, with the escapes of Go's `encoding/json`: `<`, `>`, `&`, U+2028 and U+2029 are escaped, and
 * what is no Unicode text is `\ufffd`.
 */
export class JsonWriter extends Memory {
  /** Bytes as they are; no more than a hundred, or {@link need} was called. */
  put(part: Uint8Array): void {
    this.bytes.set(part, this.at);
    this.at += part.length;
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
    const { bytes } = this;
    let at = digits(bytes, this.at, address & 255);
    for (let shift = 8; shift < 32; shift += 8) {
      bytes[at++] = 0x2e;
      at = digits(bytes, at, (address >>> shift) & 255);
    }
    this.at = at;
  }

  /** The 40 hexadecimal digits of the identity of a file that stands in five words, in quotes. */
  fileOid(words: Int32Array, from: number): void {
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let i = from; i < from + 5; i++) {
      // The first byte is the least significant one of its word.
      const word = words[i] as number;
      for (let shift = 0; shift < 32; shift += 8) {
        bytes[at++] = HEX[(word >>> (shift + 4)) & 15] as number;
        bytes[at++] = HEX[(word >>> shift) & 15] as number;
      }
    }
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
    this.at = digits(this.bytes, this.at, value);
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
    if (hi === 0) this.at = digits(this.bytes, this.at, lo);
    else this.#wide(lo, hi);
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

  /** A number of more than 32 bits: divided by a million twice, without leaving what a double holds exactly. */
  #wide(lo: number, hi: number): void {
    const high = Math.floor(hi / MILLION);
    const rest = (hi - high * MILLION) * TWO_32 + lo;
    const low = Math.floor(rest / MILLION);
    const millions = high * TWO_32 + low;
    const top = Math.floor(millions / MILLION);
    const middle = millions - top * MILLION;
    let { at } = this;
    if (top > 0) at = six(this.bytes, digits(this.bytes, at, top), middle);
    else at = digits(this.bytes, at, middle);
    this.at = six(this.bytes, at, rest - low * MILLION);
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

/** Writes a number from 0 to 2^32 in decimal. Gives the offset after it. */
function digits(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  if (value >= MILLION) {
    const top = Math.floor(value / MILLION);
    return six(bytes, digits(bytes, at, top), value - top * MILLION);
  }
  const end = at + (value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : value < 100_000 ? 5 : 6);
  let left = value | 0;
  let to = end;
  while (left >= 100) {
    const next = (left / 100) | 0;
    const pair = (left - next * 100) << 1;
    bytes[--to] = PAIRS[pair + 1] as number;
    bytes[--to] = PAIRS[pair] as number;
    left = next;
  }
  if (left >= 10) {
    bytes[--to] = PAIRS[(left << 1) + 1] as number;
    bytes[--to] = PAIRS[left << 1] as number;
  } else {
    bytes[--to] = ZERO + left;
  }
  return end;
}

/** Writes a number below a million with all its six digits. Gives the offset after it. */
export function six(bytes: Uint8Array, at: number, value: number): number {
  const left = value | 0;
  const high = (left / 10_000) | 0;
  const rest = left - high * 10_000;
  const middle = (rest / 100) | 0;
  const low = rest - middle * 100;
  bytes[at] = PAIRS[high << 1] as number;
  bytes[at + 1] = PAIRS[(high << 1) + 1] as number;
  bytes[at + 2] = PAIRS[middle << 1] as number;
  bytes[at + 3] = PAIRS[(middle << 1) + 1] as number;
  bytes[at + 4] = PAIRS[low << 1] as number;
  bytes[at + 5] = PAIRS[(low << 1) + 1] as number;
  return at + 6;
}
