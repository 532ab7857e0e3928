import { type JsonWriter, six } from "../bytes/json-writer.ts";

const TWO_32 = 4_294_967_296;
const MILLION = 1_000_000;
const DAY_SECONDS = 86_400;
/** `2018-07-16T21:31:22`, without the quotes. */
const SECOND_BYTES = 19;

/**
 * Times as RFC 3339 has them, in UTC with up to nine digits of the second, without zeros at their end. The text of the
 * second is kept from one call to the next: most times of a trace stand in the same second as the one before.
 */
export class TimeText {
  readonly #second = new Uint8Array(SECOND_BYTES);
  #known = Number.NaN;

  /** Writes a time, in quotes. It is given in nanoseconds since the epoch, by its halves. */
  write(out: JsonWriter, lo: number, hi: number): void {
    // Seconds and nanoseconds, each step within what a double holds exactly: milliseconds first, then the rest.
    const high = Math.floor(hi / MILLION);
    const rest = (hi - high * MILLION) * TWO_32 + (lo >>> 0);
    const low = Math.floor(rest / MILLION);
    const millis = high * TWO_32 + low;
    const seconds = Math.floor(millis / 1000);
    const nanos = (millis - seconds * 1000) * MILLION + (rest - low * MILLION);
    if (seconds !== this.#known) this.#learn(seconds);
    const { bytes } = out;
    let { at } = out;
    bytes[at++] = 0x22;
    bytes.set(this.#second, at);
    at += SECOND_BYTES;
    if (nanos !== 0) at = fraction(bytes, at, nanos);
    bytes[at++] = 0x5a;
    bytes[at++] = 0x22;
    out.at = at;
  }

  #learn(seconds: number): void {
    const days = Math.floor(seconds / DAY_SECONDS);
    const ofDay = seconds - days * DAY_SECONDS;
    const [year, month, day] = civil(days);
    const two = (value: number): string => String(value).padStart(2, "0");
    const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
    for (let i = 0; i < SECOND_BYTES; i++) this.#second[i] = text.charCodeAt(i);
    this.#known = seconds;
  }
}

/** Writes a dot and nine digits without the zeros at their end. Gives the offset after them. */
function fraction(bytes: Uint8Array, at: number, nanos: number): number {
  bytes[at] = 0x2e;
  const high = Math.floor(nanos / 1000);
  const low = nanos - high * 1000;
  six(bytes, at + 1, high);
  const hundreds = (low / 100) | 0;
  const tens = ((low - hundreds * 100) / 10) | 0;
  bytes[at + 7] = 0x30 + hundreds;
  bytes[at + 8] = 0x30 + tens;
  bytes[at + 9] = 0x30 + (low - hundreds * 100 - tens * 10);
  let end = at + 10;
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
