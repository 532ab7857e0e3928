import { MillraceError } from "@millrace/api";

/** What stands at a place in MessagePack bytes. A float keeps its type, so that 2.0 is told from 2. */
export type ValueType = "nil" | "boolean" | "integer" | "float" | "string" | "binary" | "array" | "map" | "ext";

/** How deep values may be nested. Deeper bytes are refused: whoever reads them goes down by recursion. */
export const MAX_DEPTH = 512;

/**
 * Reads MessagePack (github.com/msgpack/msgpack, spec.md) value by value, without making objects. `next` reads one head,
 * and for everything but an array and a map goes past its content too. Bytes that are no MessagePack, or end early, are
 * an error `MILLRACE_FLUENT_MSGPACK` that names the byte.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  /** Where the next value begins. */
  at: number;
  /** What `next` has read. */
  type: ValueType = "nil";
  /** A boolean (0 or 1), an integer within ±2^53, or a float. */
  number = 0;
  /** An integer beyond ±2^53; `undefined` for one within. */
  big: bigint | undefined = undefined;
  /** Where the content of a string, binary or ext begins. */
  start = 0;
  /** Bytes of a string, binary or ext; elements of an array; pairs of a map. */
  length = 0;
  /** The type of an ext, -128 to 127. */
  extType = 0;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Whether there is more to read. */
  get more(): boolean {
    return this.at < this.bytes.length;
  }

  /** Reads the head of the next value. */
  next(): ValueType {
    const head = this.byte();
    if (head <= 0x7f) return this.integer(head);
    if (head <= 0x8f) return this.container("map", head & 0x0f);
    if (head <= 0x9f) return this.container("array", head & 0x0f);
    if (head <= 0xbf) return this.content("string", head & 0x1f);
    if (head >= 0xe0) return this.integer(head - 0x100);
    return this.tagged(head);
  }

  /** Goes past one whole value. Arrays and maps may be nested so deep. */
  skip(deepest: number = MAX_DEPTH): void {
    const open: number[] = [];
    let left = 1;
    for (;;) {
      left -= 1;
      const type = this.next();
      if (type === "array" || type === "map") {
        if (open.length === deepest) throw this.bad(`values nested deeper than ${deepest}`);
        open.push(left);
        left = type === "map" ? this.length * 2 : this.length;
      }
      while (left === 0) {
        const outer = open.pop();
        if (outer === undefined) return;
        left = outer;
      }
    }
  }

  /** The content of the string, binary or ext that was read. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.start, this.start + this.length);
  }

  /** The error that says what is wrong here. */
  bad(what: string, at: number = this.at): MillraceError {
    return new MillraceError("MILLRACE_FLUENT_MSGPACK", `${what}, at byte ${at} of ${this.bytes.length}`);
  }

  private tagged(head: number): ValueType {
    switch (head) {
      case 0xc0:
        return this.plain("nil", 0);
      case 0xc2:
        return this.plain("boolean", 0);
      case 0xc3:
        return this.plain("boolean", 1);
      case 0xc4:
        return this.content("binary", this.byte());
      case 0xc5:
        return this.content("binary", this.u16());
      case 0xc6:
        return this.content("binary", this.u32());
      case 0xc7:
        return this.ext(this.byte());
      case 0xc8:
        return this.ext(this.u16());
      case 0xc9:
        return this.ext(this.u32());
      case 0xca:
        return this.plain("float", this.view.getFloat32(this.take(4)));
      case 0xcb:
        return this.plain("float", this.view.getFloat64(this.take(8)));
      case 0xcc:
        return this.integer(this.byte());
      case 0xcd:
        return this.integer(this.u16());
      case 0xce:
        return this.integer(this.u32());
      case 0xcf:
        return this.wide(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.integer(this.view.getInt8(this.take(1)));
      case 0xd1:
        return this.integer(this.view.getInt16(this.take(2)));
      case 0xd2:
        return this.integer(this.view.getInt32(this.take(4)));
      case 0xd3:
        return this.wide(this.view.getBigInt64(this.take(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.ext(1 << (head - 0xd4));
      case 0xd9:
        return this.content("string", this.byte());
      case 0xda:
        return this.content("string", this.u16());
      case 0xdb:
        return this.content("string", this.u32());
      case 0xdc:
        return this.container("array", this.u16());
      case 0xdd:
        return this.container("array", this.u32());
      case 0xde:
        return this.container("map", this.u16());
      case 0xdf:
        return this.container("map", this.u32());
      default:
        throw this.bad("the byte 0xc1, which MessagePack never uses", this.at - 1);
    }
  }

  private plain(type: ValueType, value: number): ValueType {
    this.number = value;
    return (this.type = type);
  }

  private integer(value: number): ValueType {
    this.number = value;
    this.big = undefined;
    return (this.type = "integer");
  }

  private wide(value: bigint): ValueType {
    const narrow = Number(value);
    if (Number.isSafeInteger(narrow)) return this.integer(narrow);
    this.number = narrow;
    this.big = value;
    return (this.type = "integer");
  }

  private content(type: ValueType, length: number): ValueType {
    this.length = length;
    this.start = this.take(length);
    return (this.type = type);
  }

  private ext(length: number): ValueType {
    this.extType = this.view.getInt8(this.take(1));
    return this.content("ext", length);
  }

  /** Every element takes a byte at least, so a length that the bytes can't hold is refused before anybody counts to it. */
  private container(type: "array" | "map", length: number): ValueType {
    const least = type === "map" ? length * 2 : length;
    if (least > this.bytes.length - this.at) throw this.bad(`${type} of ${length} that the bytes end before`);
    this.length = length;
    return (this.type = type);
  }

  private byte(): number {
    return this.view.getUint8(this.take(1));
  }

  private u16(): number {
    return this.view.getUint16(this.take(2));
  }

  private u32(): number {
    return this.view.getUint32(this.take(4));
  }

  private take(count: number): number {
    const start = this.at;
    if (count > this.bytes.length - start) throw this.bad("a value that the bytes end before");
    this.at = start + count;
    return start;
  }
}
