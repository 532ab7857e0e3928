/**
 * Numbers as C's printf writes them: `%f`, `%.16g`. JavaScript rounds a tie up where C rounds it to the even digit, and
 * that is the one difference to be mended; everything else is exact in both.
 */

/** `%f`: six digits after the point, the digits before it in full. `inf`, `-inf`, `nan` for what is no number. */
export function fixed6(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const sign = isNegative(value) ? "-" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (size >= 1e21) return `${sign}${BigInt(size)}.000000`;
  return sign + (tiedAt6(size) ?? size.toFixed(6));
}

/**
 * `%.16g`: the shortest of plain and exponent form with 16 significant digits, trailing zeros dropped, two digits of
 * exponent at least.
 */
export function general16(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const sign = isNegative(value) ? "-" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (size === 0) return `${sign}0`;
  const [mantissa, power] = (tiedAt16(size) ?? size.toExponential(15)).split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  return sign + (exponent < -4 || exponent >= 16 ? scientific(digits, exponent) : plain(digits, exponent));
}

/** A double as Fluent Bit writes it in JSON: a whole number of up to 63 bits with `.0`, anything else with 16 digits. */
export function jsonDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return `${value === 0 && isNegative(value) ? "-" : ""}${BigInt(value)}.0`;
  return general16(value);
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** A number that lies halfway between two of six digits is an odd multiple of 1/128. Its text with the even last digit. */
function tiedAt6(size: number): string | undefined {
  const parts = size * 128;
  if (!Number.isSafeInteger(parts) || parts % 2 === 0) return undefined;
  const doubled = BigInt(parts) * 15_625n;
  if (doubled % 2n === 0n) return undefined;
  const low = doubled / 2n;
  const text = String(low % 2n === 0n ? low : low + 1n).padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
}

/** A number that lies halfway between two of 16 digits has exactly 17, of which the last is 5. */
function tiedAt16(size: number): string | undefined {
  const [longer, exponent] = size.toExponential(16).split("e") as [string, string];
  if (!longer.endsWith("5")) return undefined;
  const [exact] = size.toExponential(100).split("e") as [string];
  if (/[^0]/.test(exact.slice(longer.length))) return undefined;
  const low = longer.slice(0, -1);
  return Number(low.at(-1)) % 2 === 0 ? `${low}e${exponent}` : undefined;
}

function scientific(digits: string, exponent: number): string {
  const rest = digits.slice(1).replace(/0+$/, "");
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${rest === "" ? "" : `.${rest}`}e${exponent < 0 ? "-" : "+"}${power}`;
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits.replace(/0+$/, "")}`;
  const rest = digits.slice(exponent + 1).replace(/0+$/, "");
  return digits.slice(0, exponent + 1) + (rest === "" ? "" : `.${rest}`);
}
