import { type BatchData, type ChannelKind, MAX_BYTES, MAX_RECORDS } from "@millrace/api";

/** A part of a batch, and the index of its first record. */
export interface Part {
  readonly data: BatchData;
  readonly offset: number;
}

/** Whether a batch is small enough to travel in one piece. */
export function isWhole(data: BatchData): boolean {
  return data.records <= MAX_RECORDS && (data.bytes <= MAX_BYTES || data.records === 1);
}

/** Divides a batch into parts that are small enough. A single record, or a kind that can't be divided, stays whole. */
export function divide(data: BatchData, kind: ChannelKind): readonly Part[] {
  if (kind.slice === undefined || isWhole(data)) return [{ data, offset: 0 }];
  const parts: Part[] = [];
  divideInto(parts, data, 0, kind.slice);
  return parts;
}

function divideInto(parts: Part[], data: BatchData, offset: number, slice: (data: BatchData, from: number, to: number) => BatchData): void {
  if (isWhole(data)) {
    parts.push({ data, offset });
    return;
  }
  const count = Math.max(2, Math.ceil(data.records / MAX_RECORDS), Math.ceil(data.bytes / MAX_BYTES));
  const size = Math.max(1, Math.ceil(data.records / count));
  for (let from = 0; from < data.records; from += size) {
    divideInto(parts, slice(data, from, Math.min(data.records, from + size)), offset + from, slice);
  }
}
