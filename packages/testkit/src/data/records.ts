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

/** The bodies of records. */
export function bodies(data: RecordBatch): FluentRecord[] {
  return Array.from(data, ({ record }) => record);
}
