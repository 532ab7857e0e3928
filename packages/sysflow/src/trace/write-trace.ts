import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { MillraceError } from "@millrace/api";
import type { SysflowRecord } from "@millrace/api/sysflow";
import type avsc from "avsc";
import { type SchemaVersion, sysflowSchema } from "../schema/sysflow-schema.ts";
import { datumOf } from "./datum.ts";

export interface WriteTraceOptions {
  /** Default 5. */
  readonly version?: SchemaVersion;
  /** Default `deflate`. */
  readonly codec?: "deflate" | "null";
  /** A block is closed when it has so many bytes, before it is compressed. Default 80000. */
  readonly blockBytes?: number;
  /** The sixteen bytes between blocks; random if absent. Give some to get the same file each time. */
  readonly sync?: Uint8Array;
}

/** Writes a trace piece by piece. Put what each call gives behind what the calls before gave. */
export interface TraceWriter {
  /**
   * Adds a record. Gives the bytes of a block when one is full.
   *
   * @throws MillraceError `MILLRACE_RECORD_VALUE` for a record that the format can't hold
   */
  add(record: SysflowRecord): Uint8Array | undefined;
  /** Closes the block that is open: it is given, unless it is empty. More records may follow in a new one. */
  flush(): Uint8Array | undefined;
  /** The head of the file, which comes before all blocks. */
  readonly head: Uint8Array;
}

/** The bytes of a whole trace. */
export async function writeTrace(records: Iterable<SysflowRecord>, options: WriteTraceOptions = {}): Promise<Uint8Array> {
  const writer = await traceWriter(options);
  const pieces: Uint8Array[] = [writer.head];
  for (const record of records) {
    const block = writer.add(record);
    if (block) pieces.push(block);
  }
  const rest = writer.flush();
  if (rest) pieces.push(rest);
  return Buffer.concat(pieces);
}

/** A writer of traces: an Avro object container file with the codec `deflate` or `null`. Asynchronous only to load the encoder. */
export async function traceWriter(options: WriteTraceOptions = {}): Promise<TraceWriter> {
  const { default: Avro } = await import("avsc");
  const version = options.version ?? 5;
  const schema = sysflowSchema(version);
  const type = recordType(Avro, schema);
  const sync = Buffer.from(options.sync ?? randomBytes(16));
  if (sync.length !== 16) throw new MillraceError("MILLRACE_RECORD_VALUE", `a sync marker has 16 bytes, and this one ${sync.length}`);
  const deflate = options.codec !== "null";
  const full = options.blockBytes ?? 80_000;
  let pieces: Buffer[] = [];
  let bytes = 0;

  const flush = (): Uint8Array | undefined => {
    if (pieces.length === 0) return undefined;
    const plain = Buffer.concat(pieces);
    const data = deflate ? deflateRawSync(plain) : plain;
    const block = Buffer.concat([varint(pieces.length), varint(data.length), data, sync]);
    pieces = [];
    bytes = 0;
    return block;
  };
  return {
    head: headOf(JSON.stringify(schema), deflate ? "deflate" : "null", sync),
    add(record) {
      const piece = encode(type, record, version);
      pieces.push(piece);
      bytes += piece.length;
      return bytes >= full ? flush() : undefined;
    },
    flush,
  };
}

/** One record as a bare Avro datum of a schema, as sockets carry it. Asynchronous only to load the encoder. */
export async function datumWriter(version: SchemaVersion = 5): Promise<(record: SysflowRecord) => Uint8Array> {
  const { default: Avro } = await import("avsc");
  const type = recordType(Avro, sysflowSchema(version));
  return (record) => encode(type, record, version);
}

function recordType(Avro: typeof avsc, schema: Readonly<Record<string, unknown>>): avsc.Type {
  // Longs are given as bigint: avsc's own hold no more than 53 bits.
  const long = Avro.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  });
  return Avro.Type.forSchema(schema as never, { typeHook: (written: unknown) => (written === "long" ? long : undefined) as never, wrapUnions: true });
}

function encode(type: avsc.Type, record: SysflowRecord, version: SchemaVersion): Buffer {
  const datum = datumOf(record, version);
  try {
    return type.toBuffer(datum);
  } catch (cause) {
    throw new MillraceError(
      "MILLRACE_RECORD_VALUE",
      `a record of type "${record.type}" can't be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function headOf(schema: string, codec: string, sync: Buffer): Buffer {
  const entry = (key: string, value: string): Buffer => Buffer.concat([textBytes(key), textBytes(value)]);
  return Buffer.concat([Buffer.from("Obj\u0001", "latin1"), varint(2), entry("avro.codec", codec), entry("avro.schema", schema), varint(0), sync]);
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length), bytes]);
}

/** A number that is not negative, zig-zag. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
