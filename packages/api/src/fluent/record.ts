import type { BatchData } from "../batch.ts";
import { type ChannelKind, defineChannel } from "../channel.ts";
import { MillraceError } from "../error.ts";
import { type TagMatch, tagMatcher } from "./match.ts";
import { type FluentRecord, type FluentValue, partsOfExt, partsOfFloat } from "./value.ts";

/** A point in time, as exact as the family writes it. */
export interface EventTime {
  /** Whole seconds since the epoch, 0 to 2^32-1. */
  readonly seconds: number;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;
}

/** A record with its time and tag. */
export interface FluentMessage {
  readonly time: EventTime;
  readonly record: FluentRecord;
  readonly tag: string;
  /** Empty unless somebody upstream attached some. */
  readonly metadata: FluentRecord;
}

/** The chunk that a batch is a part of. A chunk may be too large for one batch; its parts follow each other. */
export interface ChunkPart {
  /** The name of the chunk, as logs tell it. */
  readonly id: string;
  /** The index in the chunk of the first record of this part. */
  readonly first: number;
  /** Whether the chunk ends with this part. */
  readonly last: boolean;
}

/** Keeps the account of what buffers hold of one input, so that the input can pause when it is too much. */
export interface BufferAccount {
  /** A buffer has taken so many bytes in. */
  taken(bytes: number): void;
  /** So many of the bytes taken in have left. */
  freed(bytes: number): void;
}

/** What may go with a batch. */
export interface RecordBatchDetails {
  readonly chunk?: ChunkPart | undefined;
  readonly account?: BufferAccount | undefined;
}

/**
 * Records under one tag. They may still be bytes: iterating decodes them, and `encoded`, where it is there, saves those
 * who only pass them on from decoding.
 */
export interface RecordBatch extends BatchData, Iterable<FluentMessage>, RecordBatchDetails {
  readonly tag: string;
  /** The input that made them, for the chunk it belongs to. */
  readonly source: string;
  /** All entries as concatenated MessagePack, each `[[time, metadata], record]` or `[time, record]`. */
  readonly encoded?: () => Uint8Array;
  /** The records `from` (included) to `to` (excluded). */
  slice(from: number, to: number): RecordBatch;
}

/** A batch of messages that are all of one tag. `bytes` is an estimate, made here unless it is known. */
export function recordBatch(
  tag: string,
  source: string,
  messages: readonly FluentMessage[],
  details: RecordBatchDetails & { readonly bytes?: number } = {},
): RecordBatch {
  const { chunk, account } = details;
  return {
    tag,
    source,
    records: messages.length,
    bytes: details.bytes ?? messages.reduce((sum, message) => sum + sizeOfRecord(message.record), 0),
    chunk,
    account,
    slice: (from, to) => recordBatch(tag, source, messages.slice(from, to), { account, chunk: partOf(chunk, from, to, messages.length) }),
    [Symbol.iterator]: () => messages[Symbol.iterator](),
  };
}

/** What the records `from` to `to` of a part that has `records` are of their chunk. */
export function partOf(chunk: ChunkPart | undefined, from: number, to: number, records: number): ChunkPart | undefined {
  return chunk && { id: chunk.id, first: chunk.first + from, last: chunk.last && to === records };
}

/** How deep a record may be nested. */
const MAX_DEPTH = 512;

/** About how many bytes a record takes with its time. Throws for what is no record, and for one that is nested too deep or within itself. */
export function sizeOfRecord(record: FluentRecord): number {
  if (record === null || typeof record !== "object" || Array.isArray(record)) throw new MillraceError("MILLRACE_FLUENT_RECORD", "a record is an object");
  return sizeOf(record, 0) + 16;
}

function sizeOf(value: FluentValue | undefined, depth: number): number {
  if (typeof value === "string") return value.length + 2;
  if (value === null || typeof value !== "object") return 9;
  if (value instanceof Uint8Array) return value.byteLength + 2;
  if (depth > MAX_DEPTH) throw new MillraceError("MILLRACE_FLUENT_RECORD", `a record is nested deeper than ${MAX_DEPTH}, or within itself`);
  if (value instanceof Date || partsOfFloat(value) !== undefined) return 10;
  const ext = partsOfExt(value);
  if (ext !== undefined) return ext.data.byteLength + 2;
  let bytes = 3;
  if (Array.isArray(value)) for (const inner of value as readonly FluentValue[]) bytes += sizeOf(inner, depth + 1);
  else for (const [key, inner] of Object.entries(value)) bytes += key.length + 2 + sizeOf(inner as FluentValue, depth + 1);
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
