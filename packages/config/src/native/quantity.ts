const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Milliseconds of a duration such as `500ms`, `5s`, `2m`, `1h` or `1d`; `undefined` for anything else. */
export function durationOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text);
  return match === null ? undefined : Math.round(Number(match[1]) * (MILLISECONDS[match[2] as string] as number));
}

/** Bytes of a size such as `4MiB`, `4MB`, `512B` or `4096`; `undefined` for anything else. */
export function sizeOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b|)$/i.exec(text);
  const factor = match === null ? undefined : BYTES[(match[2] || "b").toLowerCase()];
  return match === null || factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** Writes milliseconds as {@link durationOf} reads them. */
export function durationText(ms: number): string {
  const unit = ms === 0 ? "s" : (["d", "h", "m", "s"].find((name) => ms % (MILLISECONDS[name] as number) === 0) ?? "ms");
  return `${ms / (MILLISECONDS[unit] as number)}${unit}`;
}

/** Writes bytes as {@link sizeOf} reads them. */
export function sizeText(bytes: number): string | number {
  const unit = ["GiB", "MiB", "KiB"].find((name) => bytes > 0 && bytes % (BYTES[name.toLowerCase()] as number) === 0);
  return unit === undefined ? bytes : `${bytes / (BYTES[unit.toLowerCase()] as number)}${unit}`;
}
