import { type BatchData, MillraceError } from "@millrace/api";
import { type EventTime, type FluentMessage, type FluentRecord, type RecordBatch, recordBatch } from "@millrace/api/fluent";

/** The time of the first record, in seconds since the epoch. Each one after it is a second later. */
const FIRST_SECOND = 1_600_000_000;

/** A record with its time, where the time matters. */
export interface TimedRecord {
  readonly time: EventTime;
  readonly body: FluentRecord;
  readonly metadata?: FluentRecord;
}

/** Records under one tag. A body alone is a second younger than the one before it. */
export function records(tag: string, ...bodies: readonly FluentRecord[]): RecordBatch {
  return timedRecords(tag, ...bodies.map((body, index) => ({ time: { seconds: FIRST_SECOND + index, nanoseconds: 0 }, body })));
}

/** Records under one tag, each with its time. */
export function timedRecords(tag: string, ...items: readonly TimedRecord[]): RecordBatch {
  const messages: FluentMessage[] = items.map(({ time, body, metadata }) => ({ tag, time, record: body, metadata: metadata ?? {} }));
  return recordBatch(tag, "test", messages);
}

/** The bodies of records. Throws `MILLRACE_TESTKIT_KIND` for a batch of another kind. */
export function bodies(data: BatchData): FluentRecord[] {
  if (!("tag" in data)) throw new MillraceError("MILLRACE_TESTKIT_KIND", "the batch has no tagged records");
  return Array.from(data as RecordBatch, ({ record }) => record);
}
