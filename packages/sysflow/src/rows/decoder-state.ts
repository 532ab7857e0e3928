import type { Buffer } from "node:buffer";
import type { AvroType } from "../schema/parse.ts";
import { readLong, skipLong } from "./varint.ts";

/** The largest count or length that is taken seriously. */
const MAX_COUNT = 0x7fffffff;

/** What a decoder keeps between calls, and what its generated code calls for the rare and the variable parts. */
export class DecoderState {
  /** Bytes that records are decoded from. */
  bytes: Buffer;
  /** Where the sound bytes end. */
  end = 0;
  /** The row after the last decoded one. */
  row = 0;
  /** How many records of the block are left. */
  left = 0;
  /** Why the record at the returned offset can't be decoded; empty if all went well. */
  why = "";
  /** Records passed over, by their branch in the writer's union. */
  readonly passed: Map<number, number> = new Map();
  /** Values of types that have no room in a row, in their order. */
  values: unknown[] = [];
  /** Where a length or count that was just read stands. */
  readonly #number = new Int32Array(2);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Notes why a record is bad. Gives -1. */
  fail(why: string): number {
    if (this.why === "") this.why = why;
    return -1;
  }

  /** Counts a record that is passed over. */
  pass(branch: number): void {
    this.passed.set(branch, (this.passed.get(branch) ?? 0) + 1);
  }

  /** Reads a length. Gives the offset after it; the length is in {@link length}. */
  readLength(p: number): number {
    const number = this.#number;
    const next = readLong(this.bytes, p, number, 0);
    if (next < 0 || next > this.end) return this.fail("a length is cut off");
    if (number[1] !== 0 || (number[0] as number) < 0) return this.fail("a length is negative or beyond all bounds");
    if ((number[0] as number) > this.end - next) return this.fail(`a length of ${number[0]} stands where ${this.end - next} bytes are left`);
    return next;
  }

  get length(): number {
    return this.#number[0] as number;
  }

  /** Reads the number of a branch. Gives the offset after it; the number is in {@link length}. */
  readBranch(p: number, branches: number): number {
    const number = this.#number;
    const next = readLong(this.bytes, p, number, 0);
    if (next < 0 || next > this.end) return this.fail("a union is cut off");
    if (number[1] !== 0 || (number[0] as number) < 0 || (number[0] as number) >= branches) {
      return this.fail(`branch ${number[1] === 0 || number[1] === -1 ? number[0] : "beyond 32 bits"} of a union that has ${branches}`);
    }
    return next;
  }

  /** Passes over an array of strings, whatever its blocks, and checks it on the way. */
  skipStrings(p: number): number {
    const number = this.#number;
    for (;;) {
      let at = readLong(this.bytes, p, number, 0);
      if (at < 0 || at > this.end) return this.fail("an array is cut off");
      let count = this.#count();
      if (count === 0) return at;
      if (count < 0) {
        count = -count;
        at = skipLong(this.bytes, at);
      }
      if (at < 0 || count > this.end - at) return this.fail(`an array claims ${count} strings`);
      for (; count > 0; count--) {
        at = this.readLength(at);
        if (at < 0) return -1;
        at += this.length;
      }
      p = at;
    }
  }

  /** Passes over a value of any type. */
  skip(type: AvroType, p: number): number {
    return this.#walk(type, p, false, 0).at;
  }

  /** Decodes a value of any type to plain data (bigint for a long), in `value`. For rare types: it is not fast. */
  read(type: AvroType, p: number): { readonly at: number; readonly value: unknown } {
    return this.#walk(type, p, true, 0);
  }

  #count(): number {
    const low = this.#number[0] as number;
    const high = this.#number[1] as number;
    if (high === low >> 31 && low > -MAX_COUNT) return low;
    return MAX_COUNT;
  }

  #walk(type: AvroType, p: number, wanted: boolean, depth: number): { at: number; value: unknown } {
    if (depth > 64) return { at: this.fail("values are nested deeper than 64 levels"), value: undefined };
    if (p > this.end) return { at: this.fail("the block ends within a record"), value: undefined };
    const number = this.#number;
    switch (type.kind) {
      case "null":
        return { at: p, value: null };
      case "boolean":
        return { at: p + 1, value: this.bytes[p] !== 0 };
      case "int":
      case "long":
      case "enum": {
        const at = readLong(this.bytes, p, number, 0);
        if (at < 0) return { at: this.fail("a number has more than ten bytes"), value: undefined };
        if (type.kind === "enum") return { at, value: type.symbols[number[0] as number] };
        return { at, value: type.kind === "int" ? number[0] : (BigInt(number[1] as number) << 32n) | BigInt((number[0] as number) >>> 0) };
      }
      case "float":
        return { at: p + 4, value: wanted && p + 4 <= this.end ? this.bytes.readFloatLE(p) : 0 };
      case "double":
        return { at: p + 8, value: wanted && p + 8 <= this.end ? this.bytes.readDoubleLE(p) : 0 };
      case "fixed":
        return { at: p + type.size, value: wanted ? this.bytes.subarray(p, p + type.size) : undefined };
      case "bytes":
      case "string": {
        const at = this.readLength(p);
        if (at < 0) return { at, value: undefined };
        const length = this.length;
        return { at: at + length, value: wanted ? this.bytes.toString("utf8", at, at + length) : undefined };
      }
      case "union": {
        const at = this.readBranch(p, type.types.length);
        return at < 0 ? { at, value: undefined } : this.#walk(type.types[this.length] as AvroType, at, wanted, depth + 1);
      }
      case "record": {
        const value: Record<string, unknown> = {};
        for (const field of type.fields) {
          const part = this.#walk(field.type, p, wanted, depth + 1);
          if (part.at < 0) return part;
          p = part.at;
          if (wanted) value[field.name] = part.value;
        }
        return { at: p, value };
      }
      case "array":
      case "map":
        return this.#walkBlocks(type, p, wanted, depth);
    }
  }

  #walkBlocks(type: AvroType & { kind: "array" | "map" }, p: number, wanted: boolean, depth: number): { at: number; value: unknown } {
    const list: unknown[] = [];
    const map = new Map<string, unknown>();
    const items = type.kind === "array" ? type.items : type.values;
    for (;;) {
      let at = readLong(this.bytes, p, this.#number, 0);
      if (at < 0 || at > this.end) return { at: this.fail("an array is cut off"), value: undefined };
      let count = this.#count();
      if (count === 0) return { at, value: type.kind === "array" ? list : Object.fromEntries(map) };
      if (count < 0) {
        count = -count;
        at = skipLong(this.bytes, at);
      }
      // An item may take no bytes at all (a null), so the count alone must not make us work or hold for ever.
      if (at < 0 || count > this.end - at) return { at: this.fail(`an array claims ${count} items`), value: undefined };
      for (; count > 0; count--) {
        let key = "";
        if (type.kind === "map") {
          const part = this.#walk({ kind: "string" }, at, wanted, depth + 1);
          if (part.at < 0) return part;
          key = String(part.value);
          at = part.at;
        }
        const part = this.#walk(items, at, wanted, depth + 1);
        if (part.at < 0) return part;
        at = part.at;
        if (wanted && type.kind === "array") list.push(part.value);
        else if (wanted) map.set(key, part.value);
      }
      p = at;
    }
  }
}
