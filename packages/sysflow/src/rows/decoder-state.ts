import type { Buffer } from "node:buffer";
import { bigintOf } from "../int64.ts";
import type { AvroType } from "../schema/parse.ts";
import { textAt } from "./bytes.ts";
import { readLong, skipLong } from "./varint.ts";

/** The largest count or length that is taken seriously. */
const MAX_COUNT = 0x7fffffff;

/** How many values of rare types are remembered, and the most bytes one of them may have. */
const KNOWN_VALUES = 256;
const MAX_KNOWN_BYTES = 16_384;

/** A value that was read, and the bytes it was read from. */
interface KnownValue {
  readonly type: AvroType;
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

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
  readonly #known: (KnownValue | undefined)[] = new Array<KnownValue | undefined>(KNOWN_VALUES).fill(undefined);
  /** Where a length or count that was just read stands. */
  readonly #number = new Int32Array(2);
  /** Where a walk through a value is. */
  #at = 0;

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
    this.#at = p;
    this.#walk(type, false, 0);
    return this.#at;
  }

  /**
   * Decodes a value of any type to plain data (bigint for a long), in `value`. For rare types: it is not fast. Values that
   * were read lately are found again by their bytes, and are the same objects then: traces tell again of all there is after
   * each header.
   */
  read(type: AvroType, p: number): { readonly at: number; readonly value: unknown } {
    const place = this.#valuePlace(p);
    const known = this.#knownAt(place, type, p) ?? this.#knownAt(place ^ 1, type, p);
    if (known !== undefined) return { at: p + known.bytes.length, value: known.value };
    this.#at = p;
    const value = this.#walk(type, true, 0);
    const at = this.#at;
    if (at > 0 && at <= this.end && at - p <= MAX_KNOWN_BYTES) {
      this.#known[place ^ 1] = this.#known[place];
      this.#known[place] = { type, bytes: Uint8Array.prototype.slice.call(this.bytes, p, at), value };
    }
    return { at, value };
  }

  #knownAt(place: number, type: AvroType, p: number): KnownValue | undefined {
    const known = this.#known[place];
    if (known?.type !== type || known.bytes.length > this.end - p) return undefined;
    return this.bytes.compare(known.bytes, 0, known.bytes.length, p, p + known.bytes.length) === 0 ? known : undefined;
  }

  /** Where a value is remembered, by its first bytes. */
  #valuePlace(p: number): number {
    let mixed = 0;
    for (let i = 0; i < 32; i++) mixed = Math.imul(mixed ^ (this.bytes[p + i] as number), 0x9e3779b1);
    return ((mixed >>> 15) ^ mixed) & (KNOWN_VALUES - 1);
  }

  #count(): number {
    const low = this.#number[0] as number;
    const high = this.#number[1] as number;
    if (high === low >> 31 && low > -MAX_COUNT) return low;
    return MAX_COUNT;
  }

  /** Goes through a value at `#at`; afterwards it is behind the value, or -1 if that is bad. */
  #walk(type: AvroType, wanted: boolean, depth: number): unknown {
    if (depth > 64) return this.#bad("values are nested deeper than 64 levels");
    if (this.#at > this.end) return this.#bad("the block ends within a record");
    switch (type.kind) {
      case "null":
        return null;
      case "boolean":
        return this.bytes[this.#at++] !== 0;
      case "int":
      case "long":
      case "enum":
        return this.#walkNumber(type, wanted);
      case "float":
      case "double":
      case "fixed":
        return this.#walkFixed(type, wanted);
      case "bytes":
      case "string": {
        const at = this.readLength(this.#at);
        if (at < 0) return this.#bad("");
        const { length } = this;
        this.#at = at + length;
        return wanted ? textAt(this.bytes, at, length) : undefined;
      }
      case "union": {
        this.#at = this.readBranch(this.#at, type.types.length);
        return this.#at < 0 ? undefined : this.#walk(type.types[this.length] as AvroType, wanted, depth + 1);
      }
      case "record": {
        const value: Record<string, unknown> | undefined = wanted ? {} : undefined;
        for (const field of type.fields) {
          const part = this.#walk(field.type, wanted, depth + 1);
          if (this.#at < 0) return undefined;
          if (value) value[field.name] = part;
        }
        return value;
      }
      case "array":
      case "map":
        return this.#walkBlocks(type, wanted, depth);
    }
  }

  #walkNumber(type: AvroType, wanted: boolean): unknown {
    const number = this.#number;
    this.#at = readLong(this.bytes, this.#at, number, 0);
    if (this.#at < 0) return this.#bad("a number has more than ten bytes");
    if (!wanted) return undefined;
    if (type.kind === "enum") return type.symbols[number[0] as number];
    return type.kind === "int" ? number[0] : bigintOf(number[0] as number, number[1] as number);
  }

  #walkFixed(type: AvroType, wanted: boolean): unknown {
    const at = this.#at;
    this.#at += type.kind === "fixed" ? type.size : type.kind === "float" ? 4 : 8;
    if (this.#at > this.end) return this.#bad("the block ends within a record");
    if (!wanted) return undefined;
    if (type.kind === "fixed") return Uint8Array.prototype.slice.call(this.bytes, at, this.#at);
    return type.kind === "float" ? this.bytes.readFloatLE(at) : this.bytes.readDoubleLE(at);
  }

  #walkBlocks(type: AvroType & { readonly kind: "array" | "map" }, wanted: boolean, depth: number): unknown {
    const list: unknown[] = [];
    const entries: [string, unknown][] = [];
    const items = type.kind === "array" ? (type as AvroType & { kind: "array" }).items : (type as AvroType & { kind: "map" }).values;
    for (;;) {
      let at = readLong(this.bytes, this.#at, this.#number, 0);
      if (at < 0 || at > this.end) return this.#bad("an array is cut off");
      let count = this.#count();
      if (count < 0) {
        count = -count;
        at = skipLong(this.bytes, at);
      }
      this.#at = at;
      if (count === 0) return type.kind === "array" ? list : Object.fromEntries(entries);
      // An item may take no bytes at all (a null), so the count alone must not make us work or hold for ever.
      if (at < 0 || count > this.end - at) return this.#bad(`an array claims ${count} items`);
      for (; count > 0; count--) {
        const key = type.kind === "map" ? this.#walk(STRING, wanted, depth + 1) : undefined;
        if (this.#at < 0) return undefined;
        const part = this.#walk(items, wanted, depth + 1);
        if (this.#at < 0) return undefined;
        if (wanted && type.kind === "array") list.push(part);
        else if (wanted) entries.push([String(key), part]);
      }
    }
  }

  #bad(why: string): undefined {
    if (why !== "") this.fail(why);
    this.#at = -1;
    return undefined;
  }
}

const STRING: AvroType = { kind: "string" };
