const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a number of seconds, or of a duration such as `10m` or `1h30m`. */
export function durationMs(value: number | string): number {
  if (typeof value === "number") return value * 1000;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  let ms = 0;
  for (const [, number, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) ms += Number(number) * (UNITS[unit as string] as number);
  return ms;
}

/** A duration as Go writes it: `24h0m0s`, `10m0s`, `1.5s`, `20ms`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}
