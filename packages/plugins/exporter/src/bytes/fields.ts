import type { JsonWriter } from "./json-writer.ts";
import { literal } from "./literal.ts";

/** Writes what a field of an object shows of something. */
export type Field<T> = (out: JsonWriter, from: T) => void;

/** A text without one quote that it may begin with and one that it may end with. */
export function text<T>(get: (from: T) => string): Field<T> {
  return (out, from) => out.unquoted(get(from));
}

/** A whole number of 32 bits. */
export function int<T>(get: (from: T) => number): Field<T> {
  return (out, from) => out.int(get(from));
}

/** A whole number of 64 bits. */
export function long<T>(get: (from: T) => bigint): Field<T> {
  return (out, from) => {
    const value = BigInt.asIntN(64, get(from));
    out.long(Number(BigInt.asIntN(32, value)), Number(value >> 32n));
  };
}

export function bool<T>(get: (from: T) => boolean): Field<T> {
  return (out, from) => out.bool(get(from));
}

/** A list, of which a field writes each item. */
export function list<T, U>(get: (from: T) => readonly U[], item: Field<U>): Field<T> {
  return (out, from) => {
    out.need(0);
    out.put(OPEN_LIST);
    get(from).forEach((each, index) => {
      out.need(0);
      if (index > 0) out.put(COMMA);
      item(out, each);
    });
    out.put(CLOSE_LIST);
  };
}

/** A list of texts as they are. */
export function texts<T>(get: (from: T) => readonly string[]): Field<T> {
  return list(get, (out, each) => out.string(each));
}

/** An object whose fields are written in the order in which they are given here. */
export function object<T>(fields: Readonly<Record<string, Field<T>>>): Field<T> {
  const parts = Object.entries(fields).map(([key, field], index) => ({ head: literal(`${index === 0 ? "{" : ","}"${key}":`), field }));
  return (out, from) => {
    for (const { head, field } of parts) {
      out.need(0);
      out.put(head);
      field(out, from);
    }
    out.put(CLOSE);
  };
}

/** A section of a record: a comma, its name, and its value. */
export function section<T>(name: string, value: Field<T>): Field<T> {
  const head = literal(`,"${name}":`);
  return (out, from) => {
    out.need(0);
    out.put(head);
    value(out, from);
  };
}

const OPEN_LIST = literal("[");
const CLOSE_LIST = literal("]");
const COMMA = literal(",");
const CLOSE = literal("}");
