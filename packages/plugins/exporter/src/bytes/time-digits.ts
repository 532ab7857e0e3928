import { writeEight, writeFour } from "./digits.ts";
import type { JsonWriter } from "./json-writer.ts";
import { type Literal, literal } from "./literal.ts";

const TWO_32 = 4_294_967_296;
const HUNDRED_MILLION = 100_000_000;
const DIGITS = 12;
const SPAN = 10 ** DIGITS;

/**
 * Writes times, in nanoseconds since the epoch, as whole numbers. The leading digits are kept from one call to the next: they
 * change every thousand seconds, so what is left to be worked out mostly has twelve digits, and one division is enough.
 */
export class TimeDigits {
  #digits: Literal = literal("");
  /** Where the span of the kept digits begins, in halves. Nothing lies in the first one. */
  #lo = 0;
  #hi = Number.POSITIVE_INFINITY;

  /** Writes a time, given by its halves. */
  write(out: JsonWriter, lo: number, hi: number): void {
    const rest = (hi - this.#hi) * TWO_32 + (lo >>> 0) - this.#lo;
    if (!(rest >= 0 && rest < SPAN)) {
      out.long(lo, hi);
      this.#learn(lo, hi);
      return;
    }
    out.put(this.#digits);
    const { view } = out;
    const high = (rest / HUNDRED_MILLION) | 0;
    out.at = writeEight(view, writeFour(view, out.at, high), rest - high * HUNDRED_MILLION);
  }

  #learn(lo: number, hi: number): void {
    const time = (BigInt(hi) << 32n) | BigInt(lo >>> 0);
    const leading = time / BigInt(SPAN);
    // Times with fewer digits are none that a trace has: each is written as it comes.
    if (leading <= 0n) return;
    const begin = leading * BigInt(SPAN);
    this.#digits = literal(String(leading));
    this.#lo = Number(begin & 0xffff_ffffn);
    this.#hi = Number(begin >> 32n);
  }
}
