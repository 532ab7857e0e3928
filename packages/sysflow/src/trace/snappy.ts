import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/**
 * Inflates a block of Avro's codec `snappy`: raw Snappy (format_description.txt of google/snappy) with the big-endian
 * CRC-32 of the inflated bytes behind it.
 *
 * @param limit - the most bytes that may come out
 * @throws Error for anything that is not sound
 */
export function inflateSnappy(block: Buffer, limit: number): Buffer {
  if (block.length < 5) throw new Error("the block is too short for snappy");
  const inflated = inflateRaw(block.subarray(0, block.length - 4), limit);
  if (crc32(inflated) !== block.readUInt32BE(block.length - 4)) throw new Error("the checksum of the block is wrong");
  return inflated;
}

function inflateRaw(input: Buffer, limit: number): Buffer {
  const { length, at: begin } = readLength(input);
  if (length > limit) throw new Error(`the block claims to inflate to ${length} bytes, more than the ${limit} allowed`);
  // Three bytes (a copy of 64) give at most 64: a longer claim can't be kept, and no memory is taken for it.
  if (length > input.length * 32) throw new Error("the block claims to inflate to more than it can hold");
  const output = Buffer.allocUnsafe(length);
  let at = begin;
  let out = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    if ((tag & 3) === 0) {
      let size = (tag >>> 2) + 1;
      if (size > 60) {
        const extra = size - 60;
        if (at + extra > input.length) throw new Error("a literal is cut off");
        size = input.readUIntLE(at, extra) + 1;
        at += extra;
      }
      if (at + size > input.length || out + size > length) throw new Error("a literal goes beyond the block");
      input.copy(output, out, at, at + size);
      at += size;
      out += size;
      continue;
    }
    const { size, offset, used } = readCopy(input, at, tag);
    at += used;
    if (offset === 0 || offset > out || out + size > length) throw new Error("a copy goes beyond the block");
    // The two ranges may overlap: then what was just written is repeated.
    for (const end = out + size; out < end; out++) output[out] = output[out - offset] as number;
  }
  if (out !== length) throw new Error(`the block inflates to ${out} bytes instead of ${length}`);
  return output;
}

function readCopy(input: Buffer, at: number, tag: number): { size: number; offset: number; used: number } {
  const used = (tag & 3) === 1 ? 1 : (tag & 3) === 2 ? 2 : 4;
  if (at + used > input.length) throw new Error("a copy is cut off");
  if (used === 1) return { size: ((tag >>> 2) & 7) + 4, offset: ((tag & 0xe0) << 3) | (input[at] as number), used };
  return { size: (tag >>> 2) + 1, offset: input.readUIntLE(at, used), used };
}

function readLength(input: Buffer): { length: number; at: number } {
  let length = 0;
  for (let i = 0; i < 5 && i < input.length; i++) {
    const byte = input[i] as number;
    length += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { length, at: i + 1 };
  }
  throw new Error("the length of the block is cut off");
}
