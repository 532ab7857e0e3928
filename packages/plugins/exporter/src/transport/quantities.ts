const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `1048576`, `100M`, `1.5GB`. */
export const sizePattern: RegExp = /^(\d+(?:\.\d+)?)\s*([kKmMgG]?)(?:[bB]|iB)?$/;
/** `600`, `10m`, `1h30m`. */
export const durationPattern: RegExp = /^(?:\d+|(?:\d+(?:\.\d+)?(?:ms|s|m|h))+)$/;

/** Bytes of a size, whose units are powers of 1024; without one, there is no limit. */
export function bytesOf(size: number | string | undefined): number {
  if (size === undefined) return Number.POSITIVE_INFINITY;
  if (typeof size === "number") return size;
  const [, number = "", unit = ""] = sizePattern.exec(size) ?? [];
  return Math.max(1, Math.floor(Number(number) * (SIZE_UNITS[unit.toUpperCase()] as number)));
}

/** Milliseconds of a number of seconds or of a duration; without one, there is no limit. */
export function durationMs(duration: number | string | undefined): number {
  if (duration === undefined) return Number.POSITIVE_INFINITY;
  if (typeof duration === "number" || /^\d+$/.test(duration)) return Number(duration) * 1000;
  let ms = 0;
  for (const [, number, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) ms += Number(number) * (TIME_UNITS[unit as string] as number);
  return ms;
}
