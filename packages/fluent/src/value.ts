import { Buffer } from "node:buffer";
import { MillraceError } from "@millrace/api";
import { type EventTime, type FluentValue, fluentExt, partsOfExt, partsOfFloat } from "@millrace/api/fluent";
import { Cursor, MAX_DEPTH } from "./msgpack-cursor.ts";
import { Writer } from "./msgpack-writer.ts";

/**
 * A value as MessagePack. A `number` that is whole and within ±2^53 is an integer, any other a 64-bit float; a `Date`
 * becomes the timestamp extension. What MessagePack can't hold is an error `MILLRACE_FLUENT_VALUE`: a function, a symbol,
 * an integer beyond 64 bits, a structure that contains itself or is nested deeper than 512.
 */
export function encodeValue(value: FluentValue): Uint8Array {
  const writer = new Writer();
  writeValue(writer, value);
  return writer.finish();
}

/** The value in MessagePack bytes. Anything after it is an error; all errors are `MILLRACE_FLUENT_MSGPACK`. */
export function decodeValue(bytes: Uint8Array): FluentValue {
  const cursor = new Cursor(bytes);
  const value = readValue(cursor);
  if (cursor.more) throw cursor.bad("bytes after the end of the value");
  return value;
}

/** The timestamp extension of MessagePack, type -1 in 8 bytes: what the Go SDK makes of a time inside a record. */
export function timestampExt(time: EventTime): FluentValue {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, (BigInt(time.nanoseconds) << 34n) | BigInt(time.seconds));
  return fluentExt(-1, data);
}

/** Writes a value, as {@link encodeValue} has it. */
export function writeValue(writer: Writer, value: unknown, depth = 0): void {
  if (typeof value === "string") writer.string(value);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "boolean") writer.boolean(value);
  else if (typeof value === "bigint") writer.big(value);
  else if (value === undefined || value === null) writer.nil();
  else if (typeof value === "object") writeObject(writer, value, depth);
  else throw new MillraceError("MILLRACE_FLUENT_VALUE", `a ${typeof value} is no value of a record`);
}

function writeNumber(writer: Writer, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.integer(value);
  else writer.float(value);
}

function writeObject(writer: Writer, value: object, depth: number): void {
  if (depth === MAX_DEPTH) throw new MillraceError("MILLRACE_FLUENT_VALUE", `values nested deeper than ${MAX_DEPTH}, or within themselves`);
  const float = partsOfFloat(value);
  const ext = partsOfExt(value);
  if (value instanceof Uint8Array) writer.binary(value);
  else if (Array.isArray(value)) writeArray(writer, value, depth);
  else if (float !== undefined) writer.float(float);
  else if (ext !== undefined) writer.ext(ext.type, ext.data);
  else if (value instanceof Date) writeValue(writer, timestampExt(timeOfDate(value)), depth);
  else writeMap(writer, value as Record<string, unknown>, depth);
}

function writeArray(writer: Writer, values: readonly unknown[], depth: number): void {
  writer.array(values.length);
  for (const inner of values) writeValue(writer, inner, depth + 1);
}

/** A key whose value is `undefined` counts as absent. */
function writeMap(writer: Writer, value: Record<string, unknown>, depth: number): void {
  const opened = writer.open();
  let pairs = 0;
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner === undefined) continue;
    writer.string(key);
    writeValue(writer, inner, depth + 1);
    pairs += 1;
  }
  writer.close(opened, "map", pairs);
}

function timeOfDate(date: Date): EventTime {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  if (!(seconds >= 0 && seconds < 2 ** 34))
    throw new MillraceError("MILLRACE_FLUENT_VALUE", "a date before 1970, beyond 2514, or invalid, is no value of a record");
  return { seconds, nanoseconds: (ms - seconds * 1000) * 1_000_000 };
}

/**
 * Reads the value that stands at the cursor. An integer beyond ±2^53 is a `bigint`; an extension is a `FluentExt`; bytes
 * in a text that are no UTF-8 become U+FFFD; a key that is no text becomes one; of a repeated key the last counts.
 */
export function readValue(cursor: Cursor, depth = 0): FluentValue {
  switch (cursor.next()) {
    case "nil":
      return null;
    case "boolean":
      return cursor.number === 1;
    case "integer":
      return cursor.big ?? cursor.number;
    case "float":
      return cursor.number;
    case "string":
      return utf8(cursor.payload);
    case "binary":
      return new Uint8Array(cursor.payload);
    case "ext":
      return fluentExt(cursor.extType, new Uint8Array(cursor.payload));
    case "array":
      return readArray(cursor, depth);
    case "map":
      return readMap(cursor, cursor.length, depth);
  }
}

function readArray(cursor: Cursor, depth: number): FluentValue[] {
  refuseDepth(cursor, depth);
  const length = cursor.length;
  const values: FluentValue[] = [];
  for (let index = 0; index < length; index++) values.push(readValue(cursor, depth + 1));
  return values;
}

/** Reads so many pairs; the head of the map has been read. */
export function readMap(cursor: Cursor, pairs: number, depth = 0): Record<string, FluentValue> {
  refuseDepth(cursor, depth);
  const record: Record<string, FluentValue> = {};
  for (let index = 0; index < pairs; index++) {
    const key = readKey(cursor, depth + 1);
    const value = readValue(cursor, depth + 1);
    if (key === "__proto__") Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
    else record[key] = value;
  }
  return record;
}

function readKey(cursor: Cursor, depth: number): string {
  const start = cursor.at;
  if (cursor.next() === "string") return utf8(cursor.payload);
  cursor.at = start;
  const key = readValue(cursor, depth);
  return typeof key === "object" && key !== null ? `(${Buffer.from(cursor.bytes.subarray(start, cursor.at)).toString("hex")})` : String(key);
}

function refuseDepth(cursor: Cursor, depth: number): void {
  if (depth > MAX_DEPTH) throw cursor.bad(`values nested deeper than ${MAX_DEPTH}`);
}

/** Bytes as text. What is no UTF-8 becomes U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  if (bytes.length <= SHORT) {
    const text = shortAscii(bytes);
    if (text !== undefined) return text;
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Up to so many bytes, going through them one by one costs less than making a buffer for the decoder. */
const SHORT = 24;

function shortAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
