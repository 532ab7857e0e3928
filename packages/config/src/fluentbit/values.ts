/** Values as Fluent Bit reads them. Each gives `undefined` for a text that means nothing. */

const DECIMAL: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };
const SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `true`, `on`, `yes` and `false`, `off`, `no`, in any case. */
export function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (["true", "on", "yes"].includes(lower)) return true;
  return ["false", "off", "no"].includes(lower) ? false : undefined;
}

/** Bytes: a number with K, M or G, all decimal, and perhaps a B. `false` is 0. */
export function sizeOf(text: string): number | undefined {
  if (text.toLowerCase() === "false") return 0;
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text);
  return match === null ? undefined : Math.floor(Number(match[1]) * (DECIMAL[(match[2] as string).toLowerCase()] as number));
}

/** Seconds: a number with S, M, H or D. */
export function secondsOf(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*([smhd]?)$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * (SECONDS[(match[2] as string).toLowerCase()] as number);
}

/** A whole number. */
export function integerOf(text: string): number | undefined {
  return /^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** A number. */
export function numberOf(text: string): number | undefined {
  return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The levels of the log, from the quietest. */
export const LOG_LEVELS: readonly string[] = ["off", "error", "warn", "info", "debug", "trace"];

/** A level of the log, in any case; `warning` is `warn`. */
export function logLevelOf(text: string): string | undefined {
  const lower = text.toLowerCase() === "warning" ? "warn" : text.toLowerCase();
  return LOG_LEVELS.includes(lower) ? lower : undefined;
}
