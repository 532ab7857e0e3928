/**
 * 64-bit integers as two 32-bit halves: `lo` and `hi` are signed 32-bit numbers, the value is `hi * 2^32 + (lo >>> 0)`.
 * Columns and tables hold halves; a `bigint` is made only for whoever asks for one.
 */

const TWO_32 = 4_294_967_296;

/** The value of two halves as a `bigint`. */
export function bigintOf(lo: number, hi: number): bigint {
  const near = hi * TWO_32 + (lo >>> 0);
  return Number.isSafeInteger(near) ? BigInt(near) : (BigInt(hi) << 32n) | BigInt(lo >>> 0);
}

/** The value of two halves in decimal. */
export function decimalOf(lo: number, hi: number): string {
  const near = hi * TWO_32 + (lo >>> 0);
  return Number.isSafeInteger(near) ? String(near) : String((BigInt(hi) << 32n) | BigInt(lo >>> 0));
}

/** The low half of a value; what is beyond 64 bits is cut off. */
export function lowOf(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** The high half of a value; what is beyond 64 bits is cut off. */
export function highOf(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}

/** Below 0, 0 or above 0, as the first value is less than, equal to or greater than the second one. */
export function compareHalves(lo: number, hi: number, otherLo: number, otherHi: number): number {
  return hi === otherHi ? (lo >>> 0) - (otherLo >>> 0) : hi - otherHi;
}
