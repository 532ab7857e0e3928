/** The four digits of each number below 10000, the first one in the lowest byte. */
const FOURS: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 10_000 }, (_, i) => packed(String(i).padStart(4, "0")));
/** Each octet of an address with a dot after it, and how long that is. */
const OCTETS: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, i) => packed(`${i}.`));
const OCTET_LENGTHS: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, i) => `${i}.`.length);
/** The two hexadecimal digits of each byte. */
const HEX: Int16Array = /* @__PURE__ */ Int16Array.from({ length: 256 }, (_, i) => packed(i.toString(16).padStart(2, "0")));

const ZERO = 0x30;
const TEN_THOUSAND = 10_000;
const MILLION = 1_000_000;
const HUNDRED_MILLION = 100_000_000;
const TWO_32 = 4_294_967_296;

/** The greatest number that is handled as an integer. */
const MAX_INT = 0x7fff_ffff;

// Each of these writes at an offset and gives the offset after what it wrote. Up to three bytes after that may be overwritten.
// `| 0` says that a number is an integer: its divisions are then those of integers, which take a fraction of the time.

/** Writes a number from 0 to 2^32 in decimal. */
export function writeDigits(view: DataView, at: number, value: number): number {
  if (value > MAX_INT) {
    const high = (value / HUNDRED_MILLION) | 0;
    return writeEight(view, upToFour(view, at, high), value - high * HUNDRED_MILLION);
  }
  const whole = value | 0;
  if (whole < TEN_THOUSAND) return upToFour(view, at, whole);
  if (whole < HUNDRED_MILLION) {
    const high = (whole / TEN_THOUSAND) | 0;
    return writeFour(view, upToFour(view, at, high), whole - high * TEN_THOUSAND);
  }
  const high = (whole / HUNDRED_MILLION) | 0;
  return writeEight(view, upToFour(view, at, high), whole - high * HUNDRED_MILLION);
}

/** Writes a number of more than 32 bits, from its halves without a sign: by parts, none of which leaves what a double holds exactly. */
export function writeWide(view: DataView, at: number, lo: number, hi: number): number {
  const high = Math.floor(hi / MILLION);
  const rest = (hi - high * MILLION) * TWO_32 + lo;
  const low = Math.floor(rest / MILLION);
  const millions = high * TWO_32 + low;
  const top = Math.floor(millions / HUNDRED_MILLION);
  const middle = millions - top * HUNDRED_MILLION;
  const end = top > 0 ? writeEight(view, writeDigits(view, at, top), middle) : writeDigits(view, at, middle);
  return writeSix(view, end, rest - low * MILLION);
}

/** Writes a number below ten thousand with all its four digits. */
export function writeFour(view: DataView, at: number, value: number): number {
  view.setInt32(at, FOURS[value] as number, true);
  return at + 4;
}

/** Writes a number below a million with all its six digits. */
function writeSix(view: DataView, at: number, value: number): number {
  const whole = value | 0;
  const high = (whole / 100) | 0;
  return writeTwo(view, writeFour(view, at, high), whole - high * 100);
}

/** Writes a number below a hundred with both its digits. */
export function writeTwo(view: DataView, at: number, value: number): number {
  // Of four digits, the last two.
  view.setInt16(at, (FOURS[value] as number) >>> 16, true);
  return at + 2;
}

/** Writes an IPv4 address in its dotted form; its least significant byte is the first octet. */
export function writeAddress(view: DataView, at: number, address: number): number {
  for (let shift = 0; shift < 32; shift += 8) {
    const octet = (address >>> shift) & 255;
    view.setInt32(at, OCTETS[octet] as number, true);
    at += OCTET_LENGTHS[octet] as number;
  }
  return at - 1;
}

/** Writes the eight hexadecimal digits of a word, whose least significant byte is the first one. */
export function writeHexWord(view: DataView, at: number, word: number): number {
  for (let shift = 0; shift < 32; shift += 8) {
    view.setInt16(at, HEX[(word >>> shift) & 255] as number, true);
    at += 2;
  }
  return at;
}

function upToFour(view: DataView, at: number, value: number): number {
  if (value < 10) {
    view.setInt8(at, ZERO + value);
    return at + 1;
  }
  const count = value < 100 ? 2 : value < 1000 ? 3 : 4;
  view.setInt32(at, (FOURS[value] as number) >>> ((4 - count) << 3), true);
  return at + count;
}

/** Writes a number below a hundred million with all its eight digits. */
export function writeEight(view: DataView, at: number, value: number): number {
  const whole = value | 0;
  const high = (whole / TEN_THOUSAND) | 0;
  return writeFour(view, writeFour(view, at, high), whole - high * TEN_THOUSAND);
}

/** Up to four characters as a little-endian word. */
function packed(text: string): number {
  return Array.from(text).reduce((word, char, index) => word | (char.charCodeAt(0) << (index * 8)), 0);
}
