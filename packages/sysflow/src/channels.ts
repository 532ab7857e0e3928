import { type ChannelKind, defineChannel } from "@millrace/api";
import type { EventBatch, FlatBatch, SysflowBatch, SysflowEvent } from "@millrace/api/sysflow";
import { isEventRows } from "./event/event-rows.ts";
import type { FlatRows } from "./flat/flat-rows.ts";
import { rowsOf } from "./rows/sysflow-rows.ts";

/** The channel kind `sysflow`: records as a driver reads them. */
export const sysflowChannel: ChannelKind<SysflowBatch> = /* @__PURE__ */ defineChannel<SysflowBatch>({
  name: "sysflow",
  slice: (data, from, to) => rowsOf(data).slice(from, to),
});

/** The channel kind `flat`: events with all that is known around them. */
export const flatChannel: ChannelKind<FlatBatch> = /* @__PURE__ */ defineChannel<FlatBatch>({
  name: "flat",
  slice: (data, from, to) => ("bases" in data ? (data as FlatRows).slice(from, to) : sliceOf(data, from, to, (record) => record.retain())),
});

/** The channel kind `event`: events that rules have judged. */
export const eventChannel: ChannelKind<EventBatch> = /* @__PURE__ */ defineChannel<EventBatch>({
  name: "event",
  slice: (data, from, to) => (isEventRows(data) ? data.slice(from, to) : sliceOf(data, from, to, keptEvent)),
});

/** An event of its own that stays valid. */
function keptEvent({ record, rules, tags: before }: SysflowEvent): SysflowEvent {
  const tags = [...before];
  return { record: record.retain(), rules, tags, addTag: (tag) => void tags.push(tag) };
}

/** A part of a batch of which nothing is known but that it can be iterated: each record is kept by itself. */
function sliceOf<T>(
  data: Iterable<T> & { readonly records: number; readonly bytes: number },
  from: number,
  to: number,
  keep: (record: T) => T,
): Iterable<T> & { records: number; bytes: number } {
  const kept: T[] = [];
  let index = 0;
  for (const record of data) {
    if (index >= from && index < to) kept.push(keep(record));
    index++;
  }
  return { records: kept.length, bytes: Math.ceil((data.bytes * kept.length) / data.records), [Symbol.iterator]: () => kept[Symbol.iterator]() };
}
