import { MillraceError } from "@millrace/api";

const NANOS_PER_MS = 1_000_000n;
const UNITS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, ms: NANOS_PER_MS, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };

/** A time of the command line: a moment, or so long after the first event. Nanoseconds. */
export type Moment = { readonly at: bigint } | { readonly after: bigint };

/**
 * Reads a time: ISO 8601 (`2020-09-13T12:26:40.5Z`; UTC where it names no zone), nanoseconds since the epoch, or a time after
 * the first event (`+90s`; units ns, us, ms, s, m, h).
 *
 * @throws MillraceError `MILLRACE_TRACE_TIME`
 */
export function readMoment(option: string, text: string): Moment {
  const after = /^\+(\d+)(?:\.(\d{1,9}))?(ns|us|ms|s|m|h)$/.exec(text);
  if (after) {
    const [, whole = "0", fraction = "", unit = "s"] = after;
    const size = UNITS[unit] as bigint;
    return { after: BigInt(whole) * size + (BigInt(fraction.padEnd(9, "0")) * size) / 1_000_000_000n };
  }
  if (/^-?\d{16,19}$/.test(text)) return { at: BigInt(text) };
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (iso) {
    const [, day, clock = "00:00", fraction = "", zone = "Z"] = iso;
    const ms = Date.parse(`${day}T${clock}${zone}`);
    if (!Number.isNaN(ms)) return { at: BigInt(ms) * NANOS_PER_MS + BigInt(fraction.padEnd(9, "0")) };
  }
  throw new MillraceError("MILLRACE_TRACE_TIME", `${option} ${text} is no time`, {
    hint: "write 2020-09-13T12:26:40Z, nanoseconds since the epoch, or +90s for so long after the first event",
  });
}

/** A time as text: ISO 8601 in UTC with nine digits of the second. What is beyond the calendar stays a number. */
export function timeText(nanos: bigint): string {
  const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const ms = Number((nanos - fraction) / NANOS_PER_MS);
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(nanos);
  return `${date.toISOString().slice(0, -5)}.${String(fraction).padStart(9, "0")}Z`;
}

/** A span of time as text: `1h 2m 3.5s`. */
export function spanText(nanos: bigint): string {
  const total = nanos < 0n ? -nanos : nanos;
  const hours = total / 3_600_000_000_000n;
  const minutes = (total / 60_000_000_000n) % 60n;
  const seconds = Number(total % 60_000_000_000n) / 1e9;
  const parts = [...(hours > 0n ? [`${hours}h`] : []), ...(hours > 0n || minutes > 0n ? [`${minutes}m`] : []), `${Number(seconds.toFixed(3))}s`];
  return `${nanos < 0n ? "-" : ""}${parts.join(" ")}`;
}
