import type { BatchData } from "./batch.ts";
import { ABI, type Brand, CHANNEL } from "./brand.ts";
import type { MessageBatch } from "./flow/message.ts";
import type { RecordBatch } from "./fluent/record.ts";
import type { EventBatch, FlatBatch, SysflowBatch } from "./sysflow/channels.ts";

/**
 * The kinds of channels that the define helpers know, and the data of each. A package may bring a kind of its own: it
 * exports it by {@link defineChannel}, and its plugins are made by `defineNode`.
 */
export interface ChannelData {
  /** Chunks of bytes. */
  readonly bytes: BytesBatch;
  /** SysFlow: records as a driver reads them. */
  readonly sysflow: SysflowBatch;
  /** SysFlow: events with their context. */
  readonly flat: FlatBatch;
  /** SysFlow: events that rules have judged. */
  readonly event: EventBatch;
  /** Flow: messages with their metadata. */
  readonly message: MessageBatch;
  /** Fluent Bit: tagged, timestamped records. */
  readonly record: RecordBatch;
}

/** The name of a channel kind that this compilation knows. */
export type ChannelName = keyof ChannelData & string;

/** The data of a channel kind, or of any of several. */
export type DataOf<K extends ChannelName> = ChannelData[K];

/** Blocks in, encoded chunks out: each chunk is a record. */
export interface BytesBatch extends BatchData {
  readonly chunks: readonly Uint8Array[];
}

/** What the runtime has to know about a channel kind. A data package exports one for each of its kinds. */
export interface ChannelKind<D extends BatchData = BatchData> {
  readonly [CHANNEL]: Brand;
  readonly name: string;
  /** The records `from` (included) to `to` (excluded) as a batch of their own. Absent: a batch can't be divided. */
  slice?(data: D, from: number, to: number): D;
  /** Turns the `match` of an edge into a test. Absent: edges of this kind take no match. Throws for a bad match. */
  matcher?(match: unknown): BatchTest<D>;
}

/** A test of a batch. Declared as a method is, so that kinds of different data can stand in one list. */
export type BatchTest<D extends BatchData> = { test(data: D): boolean }["test"];

/** Describes a channel kind. */
export function defineChannel<D extends BatchData>(kind: Omit<ChannelKind<D>, typeof CHANNEL>): ChannelKind<D> {
  return { ...kind, [CHANNEL]: { abi: ABI } };
}

/** The channel kind `bytes`, the one kind that belongs to no family. */
export const bytesChannel: ChannelKind<BytesBatch> = /* @__PURE__ */ defineChannel<BytesBatch>({
  name: "bytes",
  slice: (data, from, to) => bytesBatch(data.chunks.slice(from, to)),
});

/** A batch of chunks. */
export function bytesBatch(chunks: readonly Uint8Array[]): BytesBatch {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.byteLength;
  return { chunks, records: chunks.length, bytes };
}
