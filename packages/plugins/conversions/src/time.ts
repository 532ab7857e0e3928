import type { Counter } from "@millrace/api";
import type { EventTime } from "@millrace/api/fluent";

const NANOS = 1_000_000_000n;
const LATEST = 2n ** 32n * NANOS - 1n;

/** Nanoseconds since the epoch as Fluent Bit's time, 1970 to 2106. What lies beyond becomes the nearest, and is counted. */
export function timeOfNanos(nanos: bigint, clipped: Counter): EventTime {
  const within = nanos < 0n ? 0n : nanos > LATEST ? LATEST : nanos;
  if (within !== nanos) clipped.add(1);
  return { seconds: Number(within / NANOS), nanoseconds: Number(within % NANOS) };
}

/** Fluent Bit's time as nanoseconds since the epoch. */
export function nanosOfTime(time: EventTime): bigint {
  return BigInt(time.seconds) * NANOS + BigInt(time.nanoseconds);
}
