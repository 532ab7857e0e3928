import type { BatchData } from "../batch.ts";
import { type ChannelKind, defineChannel } from "../channel.ts";
import { tagMatcher, type TagMatch } from "./match.ts";

/** A point in time, as exact as the family writes it. */
export interface EventTime {
  /** Whole seconds since the epoch, 0 to 2^32-1. */
  readonly seconds: number;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;
}

/** A value in a record: whatever MessagePack has. A 64-bit integer beyond 2^53 is a `bigint`. */
export type FluentValue = string | number | bigint | boolean | null | Uint8Array | readonly FluentValue[] | { readonly [key: string]: FluentValue };

/** The body of a message. */
export type FluentRecord = Readonly<Record<string, FluentValue>>;

/** A record with its time and tag. */
export interface FluentMessage {
  readonly time: EventTime;
  readonly record: FluentRecord;
  readonly tag: string;
  /** Empty unless somebody upstream attached some. */
  readonly metadata: FluentRecord;
}

/**
 * Records under one tag. They may still be bytes: iterating decodes them, and `encoded`, where it is there, saves those
 * who only pass them on from decoding.
 */
export interface RecordBatch extends BatchData, Iterable<FluentMessage> {
  readonly tag: string;
  /** The input that made them, for the chunk it belongs to. */
  readonly source: string;
  /** All entries as concatenated MessagePack, each `[[time, metadata], record]`. */
  readonly encoded?: () => Uint8Array;
  /** The records `from` (included) to `to` (excluded). */
  slice(from: number, to: number): RecordBatch;
}

/** A batch of messages that are all of one tag. `bytes` is an estimate unless it is given. */
export function recordBatch(tag: string, source: string, messages: readonly FluentMessage[], bytes?: number): RecordBatch {
  return {
    tag,
    source,
    records: messages.length,
    bytes: bytes ?? messages.reduce((sum, message) => sum + sizeOf(message.record) + 16, 0),
    slice: (from, to) => recordBatch(tag, source, messages.slice(from, to)),
    [Symbol.iterator]: () => messages[Symbol.iterator](),
  };
}

/** About how many bytes a value takes when it is encoded. */
function sizeOf(value: FluentValue): number {
  if (typeof value === "string") return value.length + 2;
  if (value === null || typeof value !== "object") return 9;
  if (value instanceof Uint8Array) return value.byteLength + 2;
  let bytes = 3;
  for (const [key, inner] of Object.entries(value)) bytes += (Array.isArray(value) ? 0 : key.length + 2) + sizeOf(inner as FluentValue);
  return bytes;
}

/** The channel kind `record`. Its match is a {@link TagMatch}, or a pattern as text. */
export const recordChannel: ChannelKind<RecordBatch> = /* @__PURE__ */ defineChannel<RecordBatch>({
  name: "record",
  slice: (data, from, to) => data.slice(from, to),
  matcher: (match) => {
    const test = tagMatcher(typeof match === "string" ? { match } : (match as TagMatch));
    return (data) => test(data.tag);
  },
});
