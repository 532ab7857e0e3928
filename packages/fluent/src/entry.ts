import { MillraceError } from "@millrace/api";
import type { EventTime, FluentMessage } from "@millrace/api/fluent";
import { Cursor, MAX_DEPTH } from "./msgpack-cursor.ts";
import type { Writer } from "./msgpack-writer.ts";
import { readMap, writeValue } from "./value.ts";

/**
 * Entries: how Fluent Bit keeps records in MessagePack. Native, since its version 2.1: `[[time, metadata], record]`.
 * Legacy, still written by the Go SDK: `[time, record]`. A time is an EventTime (extension type 0 of 8 bytes: seconds and
 * nanoseconds, 32 bits each, big endian), or a number of seconds. Both forms are read everywhere; native is written.
 */

/** Where the parts of an entry stand. */
export interface EntryParts {
  readonly time: EventTime;
  /** Where the metadata, a map, begins; -1 where there is none. */
  readonly metadata: number;
  /** Where the record, a map, begins. */
  readonly record: number;
}

/** One entry that could not be read. */
export interface BadEntry {
  /** Where it begins in the bytes. */
  readonly at: number;
  /** How many bytes it takes; the rest of the bytes, where they are damaged beyond telling. */
  readonly length: number;
  readonly reason: string;
}

/** Entries that have been checked: each can be read without an error. */
export interface Entries {
  /** All entries, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each entry begins, and at last where the last one ends. */
  readonly bounds: Uint32Array;
  /** What was left out of `bytes`. */
  readonly bad: readonly BadEntry[];
}

/**
 * Checks the bytes of a chunk: finds every entry, and leaves out those that are none. Where the bytes are no MessagePack
 * at all, the rest is left out whole, since nothing tells where the next entry begins. Never throws.
 */
export function scanEntries(bytes: Uint8Array): Entries {
  const cursor = new Cursor(bytes);
  const good: [from: number, to: number][] = [];
  const bad: BadEntry[] = [];
  while (cursor.more) {
    const at = cursor.at;
    const damage = failureOf(() => cursor.skip(MAX_DEPTH + 2));
    if (damage !== undefined) {
      bad.push({ at, length: bytes.length - at, reason: damage });
      break;
    }
    const to = cursor.at;
    const reason = failureOf(() => partsOf(new Cursor(bytes, at)));
    if (reason === undefined) good.push([at, to]);
    else bad.push({ at, length: to - at, reason });
  }
  return joined(bytes, good, bad);
}

/** Reads the head of the entry at the cursor. Throws `MILLRACE_FLUENT_ENTRY` for what is none. */
export function partsOf(cursor: Cursor): EntryParts {
  if (cursor.next() !== "array" || cursor.length !== 2) throw notAnEntry("an entry is an array of two");
  const start = cursor.at;
  let metadata = -1;
  if (cursor.next() === "array") {
    if (cursor.length < 1) throw notAnEntry("the head of an entry is a time and metadata");
    const extra = cursor.length - 1;
    const timeAt = cursor.at;
    cursor.skip();
    for (let index = 0; index < extra; index++) {
      if (index === 0) metadata = cursor.at;
      cursor.skip();
    }
    if (metadata >= 0 && new Cursor(cursor.bytes, metadata).next() !== "map") throw notAnEntry("metadata is a map");
    return { time: timeAtCursor(new Cursor(cursor.bytes, timeAt)), metadata, record: recordAt(cursor) };
  }
  const time = timeAtCursor(new Cursor(cursor.bytes, start));
  return { time, metadata, record: recordAt(cursor) };
}

function recordAt(cursor: Cursor): number {
  const at = cursor.at;
  if (new Cursor(cursor.bytes, at).next() !== "map") throw notAnEntry("a record is a map");
  return at;
}

function timeAtCursor(cursor: Cursor): EventTime {
  const type = cursor.next();
  if (type === "ext" && cursor.extType === 0 && cursor.length === 8) {
    const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.start, 8);
    return checkedTime(view.getUint32(0), view.getUint32(4));
  }
  if (type === "integer") return checkedTime(cursor.number, 0);
  if (type === "float") {
    const seconds = Math.floor(cursor.number);
    return checkedTime(seconds, Math.min(999_999_999, Math.round((cursor.number - seconds) * 1e9)));
  }
  throw notAnEntry(`a ${type} is no time`);
}

/** A time within its bounds, or the error that says that it is not. */
export function checkedTime(seconds: number, nanoseconds: number): EventTime {
  if (!(Number.isInteger(seconds) && seconds >= 0 && seconds <= 0xffff_ffff)) throw notAnEntry(`${seconds} seconds are no time from 1970 to 2106`);
  if (!(Number.isInteger(nanoseconds) && nanoseconds >= 0 && nanoseconds < 1e9)) throw notAnEntry(`${nanoseconds} nanoseconds are not within a second`);
  return { seconds, nanoseconds };
}

/** Writes a message as a native entry. What can't be written is an error, and leaves the writer as it was. */
export function writeEntry(writer: Writer, message: FluentMessage): void {
  const before = writer.length;
  try {
    const { seconds, nanoseconds } = checkedTime(message.time.seconds, message.time.nanoseconds);
    openEntry(writer, seconds, nanoseconds);
    writeValue(writer, message.metadata);
    writeValue(writer, message.record);
  } catch (cause) {
    writer.truncate(before);
    throw cause;
  }
}

/** Writes a native entry of metadata and a record that are MessagePack already. */
export function writeEncodedEntry(writer: Writer, time: EventTime, metadata: Uint8Array, record: Uint8Array): void {
  openEntry(writer, time.seconds, time.nanoseconds);
  writer.raw(metadata);
  writer.raw(record);
}

function openEntry(writer: Writer, seconds: number, nanoseconds: number): void {
  writer.array(2);
  writer.array(2);
  writer.eventTime(seconds, nanoseconds);
}

/** The message in an entry that has been checked. */
export function readEntry(entry: Uint8Array, tag: string): FluentMessage {
  const parts = partsOf(new Cursor(entry));
  return new DecodedMessage(entry, tag, parts.time, mapAt(entry, parts.metadata), mapAt(entry, parts.record));
}

function mapAt(entry: Uint8Array, at: number): FluentMessage["record"] {
  if (at < 0) return {};
  const cursor = new Cursor(entry, at);
  cursor.next();
  return readMap(cursor, cursor.length);
}

/** The property under which a message keeps the entry that it was read from. */
const ENTRY: unique symbol = Symbol.for("millrace.fluent.entry");

/** The entry that a message was read from: exact where JavaScript's numbers are not. `undefined` for one that was made. */
export function entryOf(message: FluentMessage): Uint8Array | undefined {
  return (message as { readonly [ENTRY]?: Uint8Array })[ENTRY];
}

/** A copy by `{ ...message }` takes the fields along, and not the entry, which would no longer be that of the copy. */
class DecodedMessage implements FluentMessage {
  readonly time: EventTime;
  readonly record: FluentMessage["record"];
  readonly tag: string;
  readonly metadata: FluentMessage["record"];
  readonly #entry: Uint8Array;

  constructor(entry: Uint8Array, tag: string, time: EventTime, metadata: FluentMessage["record"], record: FluentMessage["record"]) {
    this.time = time;
    this.record = record;
    this.tag = tag;
    this.metadata = metadata;
    this.#entry = entry;
  }

  get [ENTRY](): Uint8Array {
    return this.#entry;
  }
}

function joined(bytes: Uint8Array, good: readonly [from: number, to: number][], bad: readonly BadEntry[]): Entries {
  const bounds = new Uint32Array(good.length + 1);
  good.forEach(([from, to], index) => {
    bounds[index + 1] = (bounds[index] as number) + to - from;
  });
  if (bad.length === 0) return { bytes, bounds, bad };
  const kept = new Uint8Array(bounds[good.length] as number);
  good.forEach(([from, to], index) => {
    kept.set(bytes.subarray(from, to), bounds[index]);
  });
  return { bytes: kept, bounds, bad };
}

function failureOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

function notAnEntry(what: string): MillraceError {
  return new MillraceError("MILLRACE_FLUENT_ENTRY", what);
}
