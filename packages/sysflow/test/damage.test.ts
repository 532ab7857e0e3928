import { isMillraceError, type MillraceError } from "@millrace/api";
import type { SysflowRecord } from "@millrace/api/sysflow";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readTrace, type TraceDamage, writeTrace } from "../src/index.ts";
import { anyRecord } from "./support/arbitrary-records.ts";
import { bytesReader, recordsOf } from "./support/reading.ts";
import { takeApart } from "./support/reference.ts";

const record = (i: number): SysflowRecord => ({
  type: "F",
  value: { state: "CREATED", oid: "ab".repeat(20), ts: 1n, restype: "f", path: `/some/path/${i}`, containerId: undefined },
});
const records = Array.from({ length: 100 }, (_, i) => record(i));
let plain: Buffer;
let deflated: Buffer;

beforeAll(async () => {
  const sync = new Uint8Array(16).fill(0xee);
  plain = Buffer.from(await writeTrace(records, { codec: "null", blockBytes: 500, sync }));
  deflated = Buffer.from(await writeTrace(records, { blockBytes: 500, sync }));
});

/** What is read before the damage, and the error that tells of it. */
async function stopped(bytes: Uint8Array): Promise<{ read: SysflowRecord[]; error: MillraceError | undefined }> {
  const read: SysflowRecord[] = [];
  try {
    for await (const part of readTrace(bytesReader(bytes), { file: "test.sf" })) read.push(...part.rows);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { read, error };
  }
  return { read, error: undefined };
}

async function skipped(bytes: Uint8Array): Promise<{ read: SysflowRecord[]; damages: TraceDamage[] }> {
  const damages: TraceDamage[] = [];
  return { read: await recordsOf(bytes, { onCorrupt: "skip", damaged: (damage) => damages.push(damage) }), damages };
}

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

describe("a damaged trace", () => {
  it("that is cut off within a block gives all blocks before it", async () => {
    const { blocks } = takeApart(plain);
    const third = blocks[2] as (typeof blocks)[number];
    const { read, error } = await stopped(plain.subarray(0, third.offset + 100));
    expect(read).toEqual(records.slice(0, (blocks[0]?.records ?? 0) + (blocks[1]?.records ?? 0)));
    expect(error?.code).toBe("MILLRACE_TRACE_CORRUPT");
    expect(error?.message).toBe(
      `test.sf: block 3 at byte ${third.offset}: the file ends ${third.end - third.offset - 100} bytes before the end of the block (${third.records} records are lost)`,
    );
  });

  it("that is cut off within the head of a block says so", async () => {
    const { blocks } = takeApart(plain);
    const { error } = await stopped(plain.subarray(0, (blocks[1]?.offset ?? 0) + 1));
    expect(error?.message).toMatch(/block 2 at byte \d+: the file ends within the head of the block/);
  });

  it("with a block that can't be inflated loses that block alone, and counts it", async () => {
    const { blocks } = takeApart(deflated);
    const second = blocks[1] as (typeof blocks)[number];
    const bytes = changed(deflated, (copy) => copy.fill(0xff, second.end - 16 - second.data.length, second.end - 16));
    const { read, error } = await stopped(bytes);
    expect(read).toEqual(records.slice(0, blocks[0]?.records));
    expect(error?.message).toMatch(/^test\.sf: block 2 at byte \d+: it can't be inflated: /);
    const all = await skipped(bytes);
    expect(all.damages).toMatchObject([{ file: "test.sf", block: 2, offset: second.offset, records: second.records }]);
    expect(all.read).toEqual([...records.slice(0, blocks[0]?.records), ...records.slice((blocks[0]?.records ?? 0) + second.records)]);
  });

  it("with a wrong sync marker loses that block, and goes on at the next marker", async () => {
    const { blocks } = takeApart(plain);
    const second = blocks[1] as (typeof blocks)[number];
    const bytes = changed(plain, (copy) => copy.fill(0, second.end - 16, second.end));
    expect((await stopped(bytes)).error?.message).toContain("it does not end with the sync marker of the file");
    const { read, damages } = await skipped(bytes);
    // The marker that is found next is the one behind the block after it.
    expect(damages).toHaveLength(1);
    const lost = second.records + (blocks[2]?.records ?? 0);
    expect(read).toEqual([...records.slice(0, blocks[0]?.records), ...records.slice((blocks[0]?.records ?? 0) + lost)]);
  });

  it("with a bad record gives the records before it, and loses the rest of its block", async () => {
    const { blocks } = takeApart(plain);
    const second = blocks[1] as (typeof blocks)[number];
    const path = plain.indexOf("/some/path/13");
    expect(path).toBeGreaterThan(second.offset);
    const bytes = changed(plain, (copy) => {
      copy[path - 1] = 0xff;
    });
    const { read, error } = await stopped(bytes);
    expect(read).toEqual(records.slice(0, 13));
    expect(error?.message).toMatch(
      /block 2 at byte \d+: record 4 of 9: a length of \d+ stands where \d+ bytes are left \(6 records are lost\)|record \d+ of \d+: /,
    );
    const { damages } = await skipped(bytes);
    expect(damages).toHaveLength(1);
  });

  it.each([
    ["more", 1, /record \d+ of \d+: the block ends before its last record/],
    ["fewer", -1, /bytes are left over after its \d+ records/],
  ])("whose block claims %s records than it has", async (_what, by, message) => {
    const { blocks } = takeApart(plain);
    const second = blocks[1] as (typeof blocks)[number];
    const { read, error } = await stopped(
      changed(plain, (copy) => {
        copy[second.offset] = (second.records + by) * 2;
      }),
    );
    expect(error?.message).toMatch(message);
    expect(read).toEqual(records.slice(0, (blocks[0]?.records ?? 0) + second.records + Math.min(0, by)));
  });

  it.each([
    ["a negative size", [0x02, 0x03], "it claims 1 records in -2 bytes"],
    ["a huge size", [0x02, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f], "more than the 67108864 allowed"],
    ["a number that has no end", new Array(20).fill(0xff), "a number in the head of the block has more than ten bytes"],
  ])("with %s in the head of a block takes no memory for it", async (_what, head, message) => {
    const { headBytes } = takeApart(plain);
    const bytes = Buffer.concat([plain.subarray(0, headBytes), Buffer.from(head as number[]), Buffer.alloc(100)]);
    expect((await stopped(bytes)).error?.message).toContain(message);
  });

  it.each([
    ["", "cannot read OCF header magic bytes: EOF"],
    ["hello", "cannot read OCF header with invalid magic bytes: `hell`"],
    ["Obj\u0001", "cannot read OCF header metadata: unexpected EOF"],
    ["Obj\u0001\u0002\u0016avro.schema\u0040", 'cannot read OCF header metadata value for key "avro.schema": unexpected EOF'],
    ["Obj\u0001\u0000", "cannot read OCF header sync marker: unexpected EOF"],
    [`Obj\u0001\u0000${"x".repeat(16)}`, 'cannot read OCF header without "avro.schema"'],
  ])("with the head %j is no trace", async (head, message) => {
    await expect(recordsOf(Buffer.from(head, "latin1"))).rejects.toMatchObject({
      code: "MILLRACE_TRACE_NOT_AVRO",
      message: `test.sf: cannot create OCFReader: ${message}`,
    });
  });

  it("never crashes, hangs or makes up a record that fits nowhere, whatever byte is changed", async () => {
    const some = fc.sample(anyRecord, { numRuns: 60, seed: 11 });
    const bytes = Buffer.from(await writeTrace(some, { codec: "null", blockBytes: 300 }));
    const { headBytes } = takeApart(bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: headBytes, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const damaged = changed(bytes, (copy) => {
            for (const [at, value] of changes) copy[at] = value;
          });
          const { read, damages } = await skipped(damaged);
          // A changed byte may change a record, or lose its block: it never makes more of them than there were, but for a changed count.
          expect(read.length).toBeLessThanOrEqual(some.length + 64 * changes.length);
          expect(damages.length).toBeLessThanOrEqual(2 * changes.length + 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("cut off anywhere ends with an error or as a shorter trace, never otherwise", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: plain.length }), async (length) => {
        const { read, error } = await stopped(plain.subarray(0, length));
        expect(read).toEqual(records.slice(0, read.length));
        if (!error) expect(takeApart(plain).blocks.some(({ end }) => end === length) || length === takeApart(plain).headBytes).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
