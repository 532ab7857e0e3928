import { Buffer } from "node:buffer";
import type { DateFormat } from "./date-text.ts";
import { jsonDate } from "./date-text.ts";
import { partsOf } from "./entry.ts";
import { Cursor } from "./msgpack-cursor.ts";
import { jsonDouble } from "./number-text.ts";
import { utf8 } from "./value.ts";

/** How values are written as JSON. */
export interface JsonStyle {
  /** Writes everything beyond ASCII as `\uXXXX`, as Fluent Bit does. Default true. */
  readonly escapeUnicode?: boolean;
  /**
   * `peer`: floats as Fluent Bit writes them, with 16 digits, and `nan` and `inf` where there is no number (which is no
   * JSON). `exact` (default): the shortest text that gives the same float again, and `null` where there is no number.
   */
  readonly floats?: "peer" | "exact";
  /** Writes `null` for what is no number in the style `peer` too. */
  readonly nanToNull?: boolean;
}

/** How a record is written as a JSON object. */
export interface JsonRecordStyle extends JsonStyle {
  /** The key of the time; no time is written where it is `undefined`. */
  readonly dateKey: string | undefined;
  readonly dateFormat: DateFormat;
}

/**
 * A MessagePack value as JSON. Integers are exact; order and repeated keys are kept; a key that is no text becomes one;
 * binary is read as UTF-8; an extension value is its bytes in hexadecimal.
 */
export function msgpackToJson(bytes: Uint8Array, style: JsonStyle = {}): string {
  return valueAt(new Cursor(bytes), style);
}

/**
 * An entry that has been checked, as a JSON object: the time first, then metadata (where there is some) as
 * `"__internal__":{"log_metadata":{…}}`, then the record.
 */
export function entryToJson(entry: Uint8Array, style: JsonRecordStyle): string {
  const parts = partsOf(new Cursor(entry));
  const members: string[] = [];
  if (style.dateKey !== undefined) members.push(`${quoted(style.dateKey, style)}:${jsonDate(parts.time, style.dateFormat)}`);
  if (parts.metadata >= 0) {
    const metadata = valueAt(new Cursor(entry, parts.metadata), style);
    if (metadata !== "{}") members.push(`"__internal__":{"log_metadata":${metadata}}`);
  }
  const record = valueAt(new Cursor(entry, parts.record), style);
  if (record !== "{}") members.push(record.slice(1, -1));
  return `{${members.join(",")}}`;
}

function valueAt(cursor: Cursor, style: JsonStyle): string {
  switch (cursor.next()) {
    case "nil":
      return "null";
    case "boolean":
      return cursor.number === 1 ? "true" : "false";
    case "integer":
      return String(cursor.big ?? cursor.number);
    case "float":
      return floatText(cursor.number, style);
    case "string":
    case "binary":
      return quoted(utf8(cursor.payload), style);
    case "ext":
      return `"${Buffer.from(cursor.payload).toString("hex")}"`;
    case "array":
      return arrayAt(cursor, cursor.length, style);
    case "map":
      return mapAt(cursor, cursor.length, style);
  }
}

function arrayAt(cursor: Cursor, length: number, style: JsonStyle): string {
  let text = "[";
  for (let index = 0; index < length; index++) text += (index === 0 ? "" : ",") + valueAt(cursor, style);
  return `${text}]`;
}

function mapAt(cursor: Cursor, pairs: number, style: JsonStyle): string {
  let text = "{";
  for (let index = 0; index < pairs; index++) {
    const key = valueAt(cursor, style);
    text += `${index === 0 ? "" : ","}${key.startsWith('"') ? key : quoted(key, style)}:${valueAt(cursor, style)}`;
  }
  return `${text}}`;
}

function floatText(value: number, style: JsonStyle): string {
  if (style.floats !== "peer") return exactFloat(value);
  return style.nanToNull === true && !Number.isFinite(value) ? "null" : jsonDouble(value);
}

/** A whole float keeps a sign that it is one, so that it is read as a float again. */
function exactFloat(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quoted(text: string, style: JsonStyle): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  if (style.escapeUnicode === false) return json;
  return json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
