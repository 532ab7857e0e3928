import { type FluentMessage, partOf, type RecordBatch, type RecordBatchDetails } from "@millrace/api/fluent";
import { type BadEntry, type Entries, entryOf, readEntry, scanEntries, writeEntry } from "./entry.ts";
import { Writer } from "./msgpack-writer.ts";

/** Bytes as a batch, and what of them could not be read. */
export interface ScannedBatch {
  /** `undefined` where nothing could be read. */
  readonly batch: EncodedBatch | undefined;
  readonly bad: readonly BadEntry[];
}

/** Makes a batch of the entries in some bytes. The bytes are kept, not copied: nobody may change them any more. */
export function batchOfBytes(tag: string, source: string, bytes: Uint8Array, details: RecordBatchDetails = {}): ScannedBatch {
  const entries = scanEntries(bytes);
  return { batch: batchOfEntries(tag, source, entries, details), bad: entries.bad };
}

/** Makes a batch of entries that have been checked; `undefined` where there are none. */
export function batchOfEntries(
  tag: string,
  source: string,
  entries: Pick<Entries, "bytes" | "bounds">,
  details: RecordBatchDetails = {},
): EncodedBatch | undefined {
  return entries.bounds.length < 2 ? undefined : new EncodedBatch(tag, source, entries.bytes, entries.bounds, details);
}

/** Records that are bytes. Iterating decodes them one by one; `encoded` gives the bytes as they are; a slice copies nothing. */
export class EncodedBatch implements RecordBatch {
  readonly tag: string;
  readonly source: string;
  readonly records: number;
  readonly bytes: number;
  readonly chunk: RecordBatchDetails["chunk"];
  readonly account: RecordBatchDetails["account"];
  private readonly all: Uint8Array;
  private readonly bounds: Uint32Array;

  constructor(tag: string, source: string, all: Uint8Array, bounds: Uint32Array, details: RecordBatchDetails) {
    this.tag = tag;
    this.source = source;
    this.all = all;
    this.bounds = bounds;
    this.records = bounds.length - 1;
    this.bytes = this.bound(this.records) - this.bound(0);
    this.chunk = details.chunk;
    this.account = details.account;
  }

  /** The entries, checked already, with their bounds counted from the first. */
  checkedEntries(): Pick<Entries, "bytes" | "bounds"> {
    const first = this.bound(0);
    return { bytes: this.encoded(), bounds: first === 0 ? this.bounds : this.bounds.map((bound) => bound - first) };
  }

  encoded(): Uint8Array {
    return this.all.subarray(this.bound(0), this.bound(this.records));
  }

  /** The entry of one record, 0-based. */
  entry(index: number): Uint8Array {
    return this.all.subarray(this.bound(index), this.bound(index + 1));
  }

  slice(from: number, to: number): EncodedBatch {
    const details = { account: this.account, chunk: partOf(this.chunk, from, to, this.records) };
    return new EncodedBatch(this.tag, this.source, this.all, this.bounds.subarray(from, to + 1), details);
  }

  /** As many slices as it takes to keep each within so many records and bytes; a larger record stands alone. */
  *parts(mostRecords: number, mostBytes: number): Generator<EncodedBatch> {
    let from = 0;
    for (let to = 1; to <= this.records; to++) {
      const full = to - from > mostRecords || (to - from > 1 && this.bound(to) - this.bound(from) > mostBytes);
      if (!full) continue;
      yield this.slice(from, to - 1);
      from = to - 1;
    }
    yield from === 0 ? this : this.slice(from, this.records);
  }

  *[Symbol.iterator](): Generator<FluentMessage> {
    for (let index = 0; index < this.records; index++) yield readEntry(this.entry(index), this.tag);
  }

  private bound(index: number): number {
    return this.bounds[index] as number;
  }
}

/** A message that could not be encoded, and why. */
export interface BadMessage {
  /** Which message of the batch, or entry of its bytes, 0-based. */
  readonly index: number;
  readonly reason: string;
}

/** A batch as entries, and what of it could not be encoded. */
export interface EncodedRecords extends Entries {
  /** For each entry, which message of the batch it is. */
  readonly origins: readonly number[] | undefined;
  readonly failed: readonly BadMessage[];
}

/**
 * Any batch as entries. Bytes that are there already are checked and taken; messages that were read from an entry keep
 * it; the rest is encoded. What can't be is left out and told, never thrown. Entries left out of bytes are in `bad`.
 */
export function entriesOfBatch(batch: RecordBatch): EncodedRecords {
  // Asked for by its name: another copy of this module may have made the batch.
  const own = (batch as Partial<EncodedBatch>).checkedEntries?.();
  if (own !== undefined) return { ...own, bad: [], origins: undefined, failed: [] };
  if (batch.encoded !== undefined) return { ...scanEntries(batch.encoded()), origins: undefined, failed: [] };
  return encodeMessages(batch);
}

function encodeMessages(messages: Iterable<FluentMessage>): EncodedRecords {
  const writer = new Writer(4096);
  const bounds = [0];
  const origins: number[] = [];
  const failed: BadMessage[] = [];
  let index = 0;
  for (const message of messages) {
    try {
      const entry = entryOf(message);
      if (entry === undefined) writeEntry(writer, message);
      else writer.raw(entry);
      bounds.push(writer.length);
      origins.push(index);
    } catch (cause) {
      failed.push({ index, reason: cause instanceof Error ? cause.message : String(cause) });
    }
    index += 1;
  }
  return { bytes: writer.finish(), bounds: Uint32Array.from(bounds), bad: [], origins, failed };
}
