import { Buffer } from "node:buffer";
import { MillraceError } from "@millrace/api";

const MAX_U64 = 2n ** 64n - 1n;
const MIN_I64 = -(2n ** 63n);

/** Writes MessagePack into a buffer that grows. Every value takes the shortest form that keeps it exact. */
export class Writer {
  private bytes: Buffer;
  private used = 0;

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.used;
  }

  /** Takes back what was written from there on. */
  truncate(length: number): void {
    this.used = length;
  }

  /** All that was written, as bytes of their own. */
  finish(): Uint8Array {
    return new Uint8Array(this.bytes.subarray(0, this.used));
  }

  nil(): void {
    this.u8(0xc0);
  }

  boolean(value: boolean): void {
    this.u8(value ? 0xc3 : 0xc2);
  }

  /** A whole number within ±2^53. */
  integer(value: number): void {
    if (value >= 0) this.positive(value);
    else this.negative(value);
  }

  /** A whole number from -2^63 to 2^64-1; any other is an error `MILLRACE_FLUENT_VALUE`. */
  big(value: bigint): void {
    const narrow = Number(value);
    if (Number.isSafeInteger(narrow)) this.integer(narrow);
    else if (value > MAX_U64 || value < MIN_I64) throw new MillraceError("MILLRACE_FLUENT_VALUE", `the integer ${value} does not fit into 64 bits`);
    else this.headed64(value > 0n ? 0xcf : 0xd3, BigInt.asUintN(64, value));
  }

  float(value: number): void {
    const at = this.reserve(9);
    this.bytes[at] = 0xcb;
    this.bytes.writeDoubleBE(value, at + 1);
  }

  /** A text. A lone surrogate becomes U+FFFD. */
  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.lengthHead(length, 0xa0, 31, 0xd9, 0xda, 0xdb);
    const at = this.reserve(length);
    this.bytes.write(value, at, length, "utf8");
  }

  binary(value: Uint8Array): void {
    this.lengthHead(value.length, -1, -1, 0xc4, 0xc5, 0xc6);
    this.raw(value);
  }

  array(length: number): void {
    this.lengthHead(length, 0x90, 15, -1, 0xdc, 0xdd);
  }

  map(pairs: number): void {
    this.lengthHead(pairs, 0x80, 15, -1, 0xde, 0xdf);
  }

  /** An extension value, type -128 to 127. */
  ext(type: number, data: Uint8Array): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(data.length);
    if (fixed >= 0) this.u8(0xd4 + fixed);
    else this.lengthHead(data.length, -1, -1, 0xc7, 0xc8, 0xc9);
    this.u8(type & 0xff);
    this.raw(data);
  }

  /** Bytes that are MessagePack already. */
  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }

  /** A time as Fluent Bit writes it: extension type 0 of 8 bytes, seconds and nanoseconds, each 32 bits. */
  eventTime(seconds: number, nanoseconds: number): void {
    const at = this.reserve(10);
    this.bytes[at] = 0xd7;
    this.bytes[at + 1] = 0;
    this.bytes.writeUInt32BE(seconds, at + 2);
    this.bytes.writeUInt32BE(nanoseconds, at + 6);
  }

  /** Writes the head of an array or a map of unknown length: give the result to {@link close} when its content is there. */
  open(): number {
    return this.reserve(1);
  }

  /** Puts the head in its place; content is moved only where more than 15 elements ask for a longer head. */
  close(opened: number, type: "array" | "map", length: number): void {
    const shift = length <= 15 ? 0 : length <= 0xffff ? 2 : 4;
    const end = this.used;
    if (shift > 0) {
      this.reserve(shift);
      this.bytes.copyWithin(opened + 1 + shift, opened + 1, end);
    }
    if (shift === 0) this.bytes[opened] = (type === "map" ? 0x80 : 0x90) | length;
    else if (shift === 2) {
      this.bytes[opened] = type === "map" ? 0xde : 0xdc;
      this.bytes.writeUInt16BE(length, opened + 1);
    } else {
      this.bytes[opened] = type === "map" ? 0xdf : 0xdd;
      this.bytes.writeUInt32BE(length, opened + 1);
    }
  }

  private positive(value: number): void {
    if (value <= 0x7f) this.u8(value);
    else if (value <= 0xff) this.headed8(0xcc, value);
    else if (value <= 0xffff) this.headed16(0xcd, value);
    else if (value <= 0xffff_ffff) this.headed32(0xce, value);
    else this.headed64(0xcf, BigInt(value));
  }

  private negative(value: number): void {
    if (value >= -32) this.u8(value & 0xff);
    else if (value >= -0x80) this.headed8(0xd0, value & 0xff);
    else if (value >= -0x8000) this.headed16(0xd1, value & 0xffff);
    else if (value >= -0x8000_0000) this.headed32(0xd2, value >>> 0);
    else this.headed64(0xd3, BigInt.asUintN(64, BigInt(value)));
  }

  /** The shortest head for a length: in the type byte itself, or in 8, 16 or 32 bits. -1: there is no such form. */
  private lengthHead(length: number, fix: number, fixMost: number, head8: number, head16: number, head32: number): void {
    if (length <= fixMost) this.u8(fix | length);
    else if (head8 >= 0 && length <= 0xff) this.headed8(head8, length);
    else if (length <= 0xffff) this.headed16(head16, length);
    else this.headed32(head32, length);
  }

  private u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  private headed8(head: number, value: number): void {
    const at = this.reserve(2);
    this.bytes[at] = head;
    this.bytes[at + 1] = value;
  }

  private headed16(head: number, value: number): void {
    const at = this.reserve(3);
    this.bytes[at] = head;
    this.bytes.writeUInt16BE(value, at + 1);
  }

  private headed32(head: number, value: number): void {
    const at = this.reserve(5);
    this.bytes[at] = head;
    this.bytes.writeUInt32BE(value, at + 1);
  }

  private headed64(head: number, value: bigint): void {
    const at = this.reserve(9);
    this.bytes[at] = head;
    this.bytes.writeBigUInt64BE(value, at + 1);
  }

  /** Makes room and says where it begins. May replace `bytes`, so it is called before `bytes` is looked at. */
  private reserve(count: number): number {
    const at = this.used;
    const needed = at + count;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, at);
      this.bytes = larger;
    }
    this.used = needed;
    return at;
  }
}
