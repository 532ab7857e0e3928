import { writeFour, writeTwo } from "../bytes/digits.ts";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";

const TWO_32 = 4_294_967_296;
const BILLION = 1_000_000_000;
const DAY_NANOS = 86_400 * BILLION;
const DAY: bigint = BigInt(DAY_NANOS);
const COLON = 0x3a;

/**
 * Times as RFC 3339 has them, in UTC with up to nine digits of the second, without zeros at their end. The text of the day is
 * kept from one call to the next: most times of a trace are of the same day as the one before.
 */
export class TimeText {
  /** `"2018-07-16T`, with the quote before it. */
  #day: Literal = literal("");
  /** When it begins, in halves; there is none at first. */
  #lo = 0;
  #hi = Number.NaN;

  /** Writes a time, in quotes. It is given in nanoseconds since the epoch, by its halves. */
  write(out: JsonWriter, lo: number, hi: number): void {
    let rest = this.#sinceDay(lo, hi);
    if (!(rest >= 0 && rest < DAY_NANOS)) {
      this.#learn(lo, hi);
      rest = this.#sinceDay(lo, hi);
    }
    const seconds = (rest / BILLION) | 0;
    const nanos = (rest - seconds * BILLION) | 0;
    out.put(this.#day);
    const { bytes, view } = out;
    let at = clock(view, out.at, seconds);
    if (nanos !== 0) at = fraction(bytes, view, at, nanos);
    bytes[at++] = 0x5a;
    bytes[at++] = 0x22;
    out.at = at;
  }

  #sinceDay(lo: number, hi: number): number {
    return (hi - this.#hi) * TWO_32 + (lo >>> 0) - this.#lo;
  }

  #learn(lo: number, hi: number): void {
    const time = (BigInt(hi) << 32n) | BigInt(lo >>> 0);
    const begin = time - (((time % DAY) + DAY) % DAY);
    const [year, month, day] = civil(Number(begin / DAY));
    const two = (value: number): string => String(value).padStart(2, "0");
    this.#day = literal(`"${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T`);
    this.#lo = Number(begin & 0xffff_ffffn);
    this.#hi = Number(begin >> 32n);
  }
}

/** Writes `21:31:22`. Gives the offset after it. */
function clock(view: DataView, at: number, ofDay: number): number {
  const minutes = (ofDay / 60) | 0;
  const hour = (minutes / 60) | 0;
  writeTwo(view, at, hour);
  view.setInt8(at + 2, COLON);
  writeTwo(view, at + 3, minutes - hour * 60);
  view.setInt8(at + 5, COLON);
  return writeTwo(view, at + 6, ofDay - minutes * 60);
}

/** Writes a dot and nine digits without the zeros at their end. Gives the offset after them. */
function fraction(bytes: Uint8Array, view: DataView, at: number, nanos: number): number {
  bytes[at] = 0x2e;
  const tens = (nanos / 10) | 0;
  const high = (tens / 10_000) | 0;
  let end = writeFour(view, writeFour(view, at + 1, high), tens - high * 10_000);
  bytes[end++] = 0x30 + nanos - tens * 10;
  while (bytes[end - 1] === 0x30) end--;
  return end;
}

/** Year, month and day of a number of days since the epoch: Howard Hinnant's `civil_from_days`. */
function civil(days: number): readonly [number, number, number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + Number(month <= 2), month, ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1];
}
