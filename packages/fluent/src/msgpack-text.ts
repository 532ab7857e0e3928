import { Buffer } from "node:buffer";
import { eventTimeText } from "./date-text.ts";
import { partsOf } from "./entry.ts";
import { Cursor, type ValueType } from "./msgpack-cursor.ts";
import { fixed6 } from "./number-text.ts";
import { utf8 } from "./value.ts";

/**
 * An entry that has been checked, as Fluent Bit's stdout prints it: `[[SECONDS.NANOSECONDS, {metadata}], {"k"=>v, …}]`.
 * Texts stand as they are, byte by byte, without any escaping; floats as `%f`; binary and extension values with what is
 * not printable as `\xHH`.
 */
export function entryToText(entry: Uint8Array): Uint8Array {
  const text = new ByteText();
  text.entry(entry);
  return text.finish();
}

/** Gathers text and bytes: a text in a record may be no UTF-8, and is passed on as it is all the same. */
export class ByteText {
  private readonly pieces: Uint8Array[] = [];
  private tail = "";

  add(text: string): void {
    this.tail += text;
  }

  /** Adds an entry, as {@link entryToText} has it. */
  entry(entry: Uint8Array): void {
    const parts = partsOf(new Cursor(entry));
    this.add(`[[${eventTimeText(parts.time)}, `);
    if (parts.metadata < 0) this.add("{}");
    else this.value(new Cursor(entry, parts.metadata));
    this.add("], ");
    this.value(new Cursor(entry, parts.record));
    this.add("]");
  }

  finish(): Uint8Array {
    this.close();
    return this.pieces.length === 1 ? (this.pieces[0] as Uint8Array) : Buffer.concat(this.pieces);
  }

  private value(cursor: Cursor): void {
    const type = cursor.next();
    if (type === "string") this.raw(cursor.payload);
    else if (type === "array") this.array(cursor, cursor.length);
    else if (type === "map") this.map(cursor, cursor.length);
    else this.add(scalarText(type, cursor));
  }

  private raw(bytes: Uint8Array): void {
    const text = utf8(bytes);
    const exact = !text.includes(REPLACEMENT);
    this.add('"');
    if (exact) this.add(text);
    else {
      this.close();
      this.pieces.push(bytes);
    }
    this.add('"');
  }

  private array(cursor: Cursor, length: number): void {
    this.add("[");
    for (let index = 0; index < length; index++) {
      if (index > 0) this.add(", ");
      this.value(cursor);
    }
    this.add("]");
  }

  private map(cursor: Cursor, pairs: number): void {
    this.add("{");
    for (let index = 0; index < pairs; index++) {
      if (index > 0) this.add(", ");
      this.value(cursor);
      this.add("=>");
      this.value(cursor);
    }
    this.add("}");
  }

  private close(): void {
    if (this.tail !== "") this.pieces.push(Buffer.from(this.tail));
    this.tail = "";
  }
}

/** What decoding puts in the place of bytes that are no UTF-8. */
const REPLACEMENT = "\ufffd";

function scalarText(type: Exclude<ValueType, "string" | "array" | "map">, cursor: Cursor): string {
  switch (type) {
    case "nil":
      return "nil";
    case "boolean":
      return cursor.number === 1 ? "true" : "false";
    case "integer":
      return String(cursor.big ?? cursor.number);
    case "float":
      return fixed6(cursor.number);
    case "binary":
      return `"${printable(cursor.payload)}"`;
    case "ext":
      return `(ext: ${cursor.extType})"${printable(cursor.payload)}"`;
  }
}

function printable(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0x22) text += '\\"';
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}
