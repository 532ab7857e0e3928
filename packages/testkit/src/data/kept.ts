import { Buffer } from "node:buffer";
import type { BatchData } from "@millrace/api";
import type { EventBatch } from "@millrace/api/sysflow";
import { EventRows, FlatRows, isEventRows, SysflowRows } from "@millrace/sysflow";

/**
 * The same batch, in memory of its own where it lies in memory that is used again once it has ended. A test looks at what
 * was sent long after that.
 */
export function keptBatch<D extends BatchData>(data: D): D {
  return (ownMemory(data) ?? data) as D;
}

function ownMemory(data: BatchData): BatchData | undefined {
  if ("rowsBrand" in data) return keptRows(data as unknown as SysflowRows);
  if ("bases" in data) return keptFlat(data as unknown as FlatRows);
  const events = data as EventBatch;
  return isEventRows(events) ? new EventRows(keptFlat(events.flat), events.indexes, events.verdicts, events.contextTags) : undefined;
}

function keptRows({ words, text, first, records, bytes, values }: SysflowRows): SysflowRows {
  return new SysflowRows(words.slice(), Buffer.from(text), first, records, bytes, values);
}

function keptFlat({ words, text, bases, around, files, newFiles, bytes }: FlatRows): FlatRows {
  return new FlatRows(words.slice(), Buffer.from(text), bases, around, files, newFiles, bytes);
}
