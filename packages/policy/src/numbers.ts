import type { NumberComparison } from "./tree.ts";

/** The number that a text is, `0n` for one that is none. A fraction is cut off. */
export function numberOf(text: string): bigint {
  const written = text.trim();
  if (/^[-+]?\d+$/.test(written)) return BigInt(written);
  const value = written === "" ? Number.NaN : Number(written);
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

export function compareNumbers(left: bigint, comparison: NumberComparison, right: bigint): boolean {
  switch (comparison) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "=":
      return left === right;
  }
}
