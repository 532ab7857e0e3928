import { type FluentMessage, recordBatch } from "@millrace/api/fluent";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchOfBytes, type EncodedBatch, entriesOfBatch, entryOf, jsonToMsgpack, scanEntries, Writer, writeEncodedEntry, writeEntry } from "../src/index.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const message = (record: FluentMessage["record"], metadata: FluentMessage["record"] = {}): FluentMessage => ({
  time: { seconds: 1, nanoseconds: 2 },
  record,
  metadata,
  tag: "t",
});

function encoded(...messages: FluentMessage[]): Uint8Array {
  const writer = new Writer();
  for (const one of messages) writeEntry(writer, one);
  return writer.finish();
}

function batch(data: Uint8Array): EncodedBatch {
  const { batch: found } = batchOfBytes("t", "in.0", data);
  if (found === undefined) throw new Error("nothing could be read");
  return found;
}

describe("an entry", () => {
  it("is written in the native form", () => {
    expect(Buffer.from(encoded(message({ message: "dummy" }))).toString("hex")).toBe("9292d70000000001000000028081a76d657373616765a564756d6d79");
  });

  it.each([
    ["native", "92 92 d700 00000001 00000002 81a16bc3 81a16101", { time: { seconds: 1, nanoseconds: 2 }, metadata: { k: true }, record: { a: 1 } }],
    ["legacy", "92 d700 00000001 00000002 81a16101", { time: { seconds: 1, nanoseconds: 2 }, metadata: {}, record: { a: 1 } }],
    ["with a time of 8 bytes in the long form", "92 c70800 00000001 00000002 80", { time: { seconds: 1, nanoseconds: 2 }, metadata: {}, record: {} }],
    ["with whole seconds", "92 ce6553f100 80", { time: { seconds: 1_700_000_000, nanoseconds: 0 }, metadata: {}, record: {} }],
    ["with seconds as a float", "92 cb3ff8000000000000 80", { time: { seconds: 1, nanoseconds: 500_000_000 }, metadata: {}, record: {} }],
    ["with seconds and no metadata in the head", "92 91 05 80", { time: { seconds: 5, nanoseconds: 0 }, metadata: {}, record: {} }],
  ])("is read: %s", (_name, text, expected) => {
    expect([...batch(bytes(text))]).toMatchObject([{ ...expected, tag: "t" }]);
  });

  it.each([
    ["a text", "a161", "an entry is an array of two"],
    ["an array of three", "93010203", "an entry is an array of two"],
    ["a time that is none", "92 a161 80", "a string is no time"],
    ["a time before 1970", "92 ff 80", "-1 seconds are no time from 1970 to 2106"],
    ["too many nanoseconds", "92 d700 00000001 3b9aca00 80", "1000000000 nanoseconds are not within a second"],
    ["a record that is none", "92 01 90", "a record is a map"],
    ["metadata that is none", "92 92 01 c0 80", "metadata is a map"],
    ["an empty head", "92 90 80", "the head of an entry is a time and metadata"],
  ])("is set aside: %s", (_name, text, reason) => {
    const good = encoded(message({ a: 1 }));
    const damaged = Buffer.concat([good, bytes(text), good]);
    const scanned = scanEntries(damaged);
    expect(scanned.bad).toEqual([{ at: good.length, length: bytes(text).length, reason }]);
    expect(Buffer.from(scanned.bytes)).toEqual(Buffer.concat([good, good]));
    expect([...batch(damaged)].map((one) => one.record)).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it("takes the rest with it, where bytes are no MessagePack", () => {
    const good = encoded(message({ a: 1 }));
    expect(scanEntries(Buffer.concat([good, bytes("92 c1"), good])).bad).toEqual([
      { at: good.length, length: 2 + good.length, reason: `the byte 0xc1, which MessagePack never uses, at byte ${good.length + 1} of ${2 * good.length + 2}` },
    ]);
    expect(batchOfBytes("t", "in.0", bytes("c1")).batch).toBeUndefined();
  });

  it("holds a record as deep as a record may be", () => {
    const deep = jsonToMsgpack(`${'{"a":'.repeat(511)}{}${"}".repeat(511)}`);
    const writer = new Writer();
    writeEncodedEntry(writer, { seconds: 1, nanoseconds: 0 }, jsonToMsgpack("{}"), deep);
    expect(scanEntries(writer.finish()).bad).toEqual([]);
    expect([...batch(writer.finish())]).toHaveLength(1);
  });

  it("never makes the scanner throw or wait, whatever the bytes", () => {
    const pieces = fc.array(
      fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(encoded(message({ a: 1 })), bytes("92"), bytes("dfffffffff"), bytes("9292d700"))),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const data = Buffer.concat(list);
        const { batch: found, bad } = batchOfBytes("t", "in.0", data);
        expect([...(found ?? [])]).toHaveLength(found?.records ?? 0);
        expect((found?.bytes ?? 0) + bad.reduce((sum, entry) => sum + entry.length, 0)).toBe(data.length);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a batch of bytes", () => {
  const three = batch(encoded(message({ i: 0 }), message({ i: 1 }), message({ i: 2 })));

  it("is sliced without copying", () => {
    const slice = three.slice(1, 3);
    expect([...slice].map((one) => one.record.i)).toEqual([1, 2]);
    expect(slice.encoded().buffer).toBe(three.encoded().buffer);
    expect(slice.slice(1, 2).records).toBe(1);
    expect([...slice.slice(1, 2)][0]?.record).toEqual({ i: 2 });
    expect(slice.bytes).toBe(slice.encoded().length);
    expect([...entriesOfBatch(slice).bounds]).toEqual([0, slice.bytes / 2, slice.bytes]);
  });

  it("is divided into parts that know their place in the chunk", () => {
    const chunk = batchOfBytes("t", "in.0", three.encoded(), { chunk: { id: "c", first: 0, last: true } }).batch as EncodedBatch;
    expect([...chunk.parts(2, 1e6)].map((part) => [part.records, part.chunk])).toEqual([
      [2, { id: "c", first: 0, last: false }],
      [1, { id: "c", first: 2, last: true }],
    ]);
    expect([...chunk.parts(100, 1)].map((part) => part.records)).toEqual([1, 1, 1]);
    expect([...chunk.parts(100, 1e6)]).toEqual([chunk]);
  });

  it("lets messages keep their exact bytes until they are changed", () => {
    const writer = new Writer();
    writeEncodedEntry(writer, { seconds: 1, nanoseconds: 0 }, jsonToMsgpack("{}"), jsonToMsgpack('{"f":2.0,"b":1,"a":2,"b":3}'));
    const [read] = [...batch(writer.finish())] as [FluentMessage];
    expect(entryOf(read)).toEqual(writer.finish());
    expect(entriesOfBatch(recordBatch("t", "in.0", [read])).bytes).toEqual(writer.finish());
    expect(entryOf({ ...read })).toBeUndefined();
    expect(entriesOfBatch(recordBatch("t", "in.0", [{ ...read }])).bytes).toEqual(encoded({ ...read, record: { f: 2, b: 3, a: 2 } }));
  });

  it("tells which messages can't be encoded, and why", () => {
    const made = recordBatch("t", "in.0", [
      message({ a: 1 }),
      message({ f: (() => 1) as never }),
      message({ b: 1n << 70n }),
      { ...message({}), time: { seconds: Number.NaN, nanoseconds: 0 } },
      message({ c: 1 }),
    ]);
    const { origins, failed, bounds } = entriesOfBatch(made);
    expect(bounds.length).toBe(3);
    expect(origins).toEqual([0, 4]);
    expect(failed).toEqual([
      { index: 1, reason: "a function is no value of a record" },
      { index: 2, reason: "the integer 1180591620717411303424 does not fit into 64 bits" },
      { index: 3, reason: "NaN seconds are no time from 1970 to 2106" },
    ]);
  });
});
