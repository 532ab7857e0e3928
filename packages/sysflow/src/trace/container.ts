import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import type { Intake } from "./intake.ts";
import { inflateSnappy } from "./snappy.ts";

/** What stands at the head of an Avro object container file (specification 1.11, "Object Container Files"). */
export interface ContainerHeader {
  readonly schema: string;
  readonly codec: Codec;
  /** Sixteen bytes that stand behind the head and behind each block. */
  readonly sync: Buffer;
}

/** How the blocks are compressed: gives the records of a block, at most `limit` bytes; throws for what is not sound. */
export type Codec = (block: Buffer, limit: number) => Buffer;

const CODECS: Readonly<Record<string, Codec>> = {
  null: (block, limit) => {
    if (block.length > limit) throw new Error(`the block has ${block.length} bytes, more than the ${limit} allowed`);
    return block;
  },
  deflate: (block, limit) => inflateRawSync(block, { maxOutputLength: limit, chunkSize: chunkFor(block.length) }),
  snappy: inflateSnappy,
};

/** A buffer that mostly takes the whole block in one go: traces shrink to a third or less. */
function chunkFor(bytes: number): number {
  return Math.min(1 << 20, Math.max(16_384, bytes * 4));
}

const MAX_METADATA = 16 * 1024 * 1024;
export const SYNC_BYTES = 16;

/** Reads the head. Throws an Error that says what is wrong, in the words of the peer where it has some. */
export async function readHeader(intake: Intake): Promise<ContainerHeader> {
  await intake.fill(4).catch((cause: unknown) => {
    throw new Error(`cannot read OCF header magic bytes: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  const magic = intake.bytes.subarray(intake.at, Math.min(intake.end, intake.at + 4));
  if (magic.length < 4) throw new Error("cannot read OCF header magic bytes: EOF");
  if (magic.toString("latin1") !== "Obj\u0001") throw new Error(`cannot read OCF header with invalid magic bytes: \`${printable(magic)}\``);
  intake.use(4);
  const metadata = await readMetadata(intake);
  await intake.fill(SYNC_BYTES);
  if (intake.ready < SYNC_BYTES) throw new Error("cannot read OCF header sync marker: unexpected EOF");
  const sync = Buffer.from(intake.bytes.subarray(intake.at, intake.at + SYNC_BYTES));
  intake.use(SYNC_BYTES);
  const schema = metadata.get("avro.schema");
  if (schema === undefined) throw new Error('cannot read OCF header without "avro.schema"');
  const codec = metadata.get("avro.codec") ?? "null";
  if (!Object.hasOwn(CODECS, codec)) throw new Error(`cannot read OCF header with unrecognized compression algorithm: "${codec}"`);
  return { schema, codec: CODECS[codec] as Codec, sync };
}

async function readMetadata(intake: Intake): Promise<Map<string, string>> {
  const metadata = new Map<string, string>();
  const begin = intake.offset;
  for (;;) {
    let count = await readNumber(intake, "metadata");
    if (count === 0) return metadata;
    if (count < 0) {
      count = -count;
      await readNumber(intake, "metadata");
    }
    for (; count > 0; count--) {
      const key = await readText(intake, "metadata key");
      metadata.set(key, await readText(intake, `metadata value for key "${printable(Buffer.from(key))}"`));
      if (intake.offset - begin > MAX_METADATA) throw new Error(`cannot read OCF header metadata: it is longer than ${MAX_METADATA} bytes`);
    }
  }
}

async function readText(intake: Intake, what: string): Promise<string> {
  const length = await readNumber(intake, what);
  if (length < 0 || length > MAX_METADATA) throw new Error(`cannot read OCF header ${what}: its length is ${length}`);
  await intake.fill(length);
  if (intake.ready < length) throw new Error(`cannot read OCF header ${what}: unexpected EOF`);
  const text = intake.bytes.toString("utf8", intake.at, intake.at + length);
  intake.use(length);
  return text;
}

async function readNumber(intake: Intake, what: string): Promise<number> {
  await intake.fill(10);
  const { value, used } = numberAt(intake);
  if (used === 0) throw new Error(`cannot read OCF header ${what}: ${intake.ready < 10 ? "unexpected EOF" : "a number has more than ten bytes"}`);
  intake.use(used);
  return value;
}

/** The zig-zag number that stands `skip` bytes into what is at hand, and how many bytes it takes; 0 if it is cut off or too long. */
export function numberAt(intake: Intake, skip = 0): { readonly value: number; readonly used: number } {
  let raw = 0;
  for (let i = 0; i < 10 && skip + i < intake.ready; i++) {
    const byte = intake.bytes[intake.at + skip + i] as number;
    raw += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, used: i + 1 };
  }
  return { value: 0, used: 0 };
}

function printable(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
