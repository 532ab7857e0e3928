import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflateSnappy } from "../src/trace/snappy.ts";

/** A plain compressor of the format: copies where the last 64 KiB hold the next four bytes, otherwise literals. */
function deflate(input: Buffer): Buffer {
  const pieces: Buffer[] = [];
  const number: number[] = [];
  for (let rest = input.length; ; rest = Math.floor(rest / 128)) {
    number.push(rest > 127 ? (rest % 128) | 128 : rest);
    if (rest <= 127) break;
  }
  pieces.push(Buffer.from(number));
  let literal = 0;
  const flush = (to: number): void => {
    for (; literal < to; literal += 200) {
      const length = Math.min(200, to - literal);
      pieces.push(length <= 60 ? Buffer.from([(length - 1) << 2]) : Buffer.from([60 << 2, length - 1]), input.subarray(literal, literal + length));
    }
    literal = to;
  };
  for (let at = 0; at < input.length; ) {
    const found = at >= 1 && at + 4 <= input.length ? input.lastIndexOf(input.subarray(at, at + 4), at - 1) : -1;
    if (found < 0) {
      at++;
      continue;
    }
    flush(at);
    let length = 4;
    while (length < 64 && at + length < input.length && input[found + length] === input[at + length]) length++;
    const offset = at - found;
    if (length < 12 && offset < 2048) pieces.push(Buffer.from([1 | ((length - 4) << 2) | ((offset >> 8) << 5), offset & 255]));
    else if (offset < 65_536) pieces.push(Buffer.from([2 | ((length - 1) << 2), offset & 255, offset >> 8]));
    else pieces.push(Buffer.from([3 | ((length - 1) << 2), offset & 255, (offset >> 8) & 255, (offset >> 16) & 255, 0]));
    at += length;
    literal = at;
  }
  flush(input.length);
  return Buffer.concat(pieces);
}

function block(input: Buffer, checksum = crc32(input)): Buffer {
  const end = Buffer.alloc(4);
  end.writeUInt32BE(checksum);
  return Buffer.concat([deflate(input), end]);
}

describe("snappy", () => {
  it("inflates what was deflated", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.array(fc.constantFrom("abc", "abcd", "x", "hello world"), { maxLength: 200 }).map((words) => Buffer.from(words.join(""))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        expect(inflateSnappy(block(Buffer.from(input)), 1e6).equals(Buffer.from(input))).toBe(true);
      }),
    );
  });

  it("inflates the example of the format's description: a copy that overlaps itself", () => {
    const raw = Buffer.from([12, 2 << 2, 97, 98, 99, 2 | (8 << 2), 3, 0]);
    const end = Buffer.alloc(4);
    end.writeUInt32BE(crc32(Buffer.from("abcabcabcabc")));
    expect(inflateSnappy(Buffer.concat([raw, end]), 100).toString()).toBe("abcabcabcabc");
  });

  it("refuses a wrong checksum, and claims of more than is allowed or can be", () => {
    const good = block(Buffer.from("some text"));
    expect(() => inflateSnappy(block(Buffer.from("some text"), 1), 100)).toThrow("the checksum of the block is wrong");
    expect(() => inflateSnappy(good, 5)).toThrow("the block claims to inflate to 9 bytes, more than the 5 allowed");
    expect(() => inflateSnappy(Buffer.from([0xff, 0xff, 0xff, 0x3f, 0, 0, 0, 0, 0]), 1e12)).toThrow("more than it can hold");
  });

  it("throws for anything else, and does nothing worse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        expect(() => inflateSnappy(Buffer.from(input), 10_000)).toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
