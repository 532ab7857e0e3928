import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { MAX_BYTES, MAX_RECORDS } from "@millrace/api";
import type { SysflowRecord } from "@millrace/api/sysflow";
import avro from "avsc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsFrom, sysflowSchema, writeTrace } from "../src/index.ts";
import { anyRecord } from "./support/arbitrary-records.ts";
import { conformanceNotice, hasConformance, traceFile, traceNames } from "./support/conformance.ts";
import { partsOf, recordsOf } from "./support/reading.ts";
import { bigintType, referenceRecords } from "./support/reference.ts";

describe("a trace that was written", () => {
  it("is read back as it was, whatever the codec, the size of blocks and the pieces it comes in", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { maxLength: 30 }),
        fc.constantFrom("deflate" as const, "null" as const),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 4000 }),
        async (records, codec, blockBytes, step) => {
          const bytes = await writeTrace(records, { codec, blockBytes });
          expect(await recordsOf(bytes, { chunkBytes: 100 }, step)).toEqual(records);
          expect(referenceRecords(Buffer.from(bytes))).toEqual(records);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of version 4 lacks what version 5 has added, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 10 }), async (records) => {
        const expected = records.map((record) => (record.type === "P" ? { ...record, value: { ...record.value, cwd: "", env: [] } } : record));
        expect(await recordsOf(await writeTrace(records, { version: 4 }))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("is the same file each time where the sync marker is given", async () => {
    const records = fc.sample(anyRecord, { numRuns: 20, seed: 1 });
    const options = { sync: new Uint8Array(16).fill(7) };
    expect(Buffer.compare(await writeTrace(records, options), await writeTrace(records, options))).toBe(0);
  });

  it("refuses what the format can't hold", async () => {
    const file: SysflowRecord = { type: "F", value: { state: "CREATED", oid: "abc", ts: 1n, restype: "f", path: "/", containerId: undefined } };
    await expect(writeTrace([file])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[MillraceError: a SysFlow record can't be written: "abc" is no identity of a file: 40 hexadecimal digits are expected]`,
    );
    const header: SysflowRecord = { type: "H", value: { version: 5, exporter: 3 as never, ip: "", filename: "" } };
    await expect(writeTrace([header])).rejects.toMatchObject({ code: "MILLRACE_RECORD_VALUE" });
  });
});

describe("rows made from records", () => {
  it("give the same records", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 30 }), (records) => {
        expect([...rowsFrom(records)]).toEqual(records);
      }),
      { numRuns: 100 },
    );
  });

  it("leave out a record that does not fit, where somebody is told", () => {
    const [good] = fc.sample(anyRecord, { numRuns: 1, seed: 3 }) as [SysflowRecord];
    const bad: SysflowRecord = { type: "F", value: { state: "CREATED", oid: "x", ts: 1n, restype: "f", path: "/", containerId: undefined } };
    const told: number[] = [];
    expect([...rowsFrom([good, bad, good], (_cause, index) => told.push(index))]).toEqual([good, good]);
    expect(told).toEqual([1]);
    expect(() => rowsFrom([bad])).toThrow('"x" is no identity of a file');
  });
});

describe("parts", () => {
  const record = (path: string): SysflowRecord => ({
    type: "F",
    value: { state: "CREATED", oid: "ab".repeat(20), ts: 1n, restype: "f", path, containerId: undefined },
  });

  it("join small blocks, and never hold more records or bytes than a batch may", async () => {
    const records = Array.from({ length: 10_000 }, (_, i) => record(`/${i}`));
    const parts = await partsOf(await writeTrace(records, { blockBytes: 2000 }));
    expect(parts.length).toBeLessThan(10);
    expect(parts.every(({ rows }) => rows.records <= MAX_RECORDS && rows.bytes <= MAX_BYTES)).toBe(true);
    expect(parts.flatMap(({ rows }) => [...rows])).toEqual(records);
  });

  it("divide big blocks, and give an oversized record alone", async () => {
    const records = [record("/a"), record("/b"), record("x".repeat(600_000)), ...Array.from({ length: 6000 }, (_, i) => record(`/c/${i}`.padEnd(100)))];
    const bytes = await writeTrace(records, { blockBytes: 1e9 });
    const parts = await partsOf(bytes);
    expect(parts.map(({ rows }) => rows.records).slice(0, 2)).toEqual([2, 1]);
    expect(parts.every(({ rows }) => rows.records === 1 || (rows.records <= MAX_RECORDS && rows.bytes <= MAX_BYTES))).toBe(true);
    expect(parts.flatMap(({ rows }) => [...rows])).toEqual(records);
    // The place is behind the block once all of it has been given, and before it until then.
    expect(parts.at(-1)?.place).toBe(bytes.length);
    expect(parts[0]?.place).toBeLessThan(2000 + JSON.stringify(sysflowSchema()).length);
  });

  it("slice as a channel asks", async () => {
    const records = Array.from({ length: 10 }, (_, i) => record(`/${i}`));
    const [part] = await partsOf(await writeTrace(records));
    expect([...(part?.rows.slice(3, 7) ?? [])]).toEqual(records.slice(3, 7));
    expect([...(part?.rows.slice(3, 7).slice(1, 3) ?? [])]).toEqual(records.slice(4, 6));
  });
});

describe("another schema", () => {
  const file = (schema: object, values: readonly unknown[]): Buffer => {
    const type = bigintType(schema);
    const data = Buffer.concat(values.map((value) => type.toBuffer({ rec: value })));
    const number = (value: number): Buffer => avro.Type.forSchema("long").toBuffer(value);
    const text = (value: string): Buffer => avro.Type.forSchema("string").toBuffer(value);
    return Buffer.concat([
      Buffer.from("Obj\u0001"),
      number(1),
      text("avro.schema"),
      text(JSON.stringify(schema)),
      number(0),
      Buffer.alloc(16, 1),
      number(values.length),
      number(data.length),
      data,
      Buffer.alloc(16, 1),
    ]);
  };
  const recordSchema = (name: string, fields: Record<string, unknown>): object => ({
    type: "record",
    name,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
  });
  const top = (...branches: object[]): object => recordSchema("sysflow.SysFlow", { rec: branches });

  it("is resolved by the names of records and fields: other orders, fields that are new, fields that are missing", async () => {
    const schema = top(
      recordSchema("sysflow.entity.File", {
        extra: { type: "map", values: ["null", { type: "array", items: "double" }] },
        containerId: ["string", "null"],
        path: "string",
        restype: "long",
        ts: { type: "long", logicalType: "timestamp-millis" },
        oid: { type: "fixed", name: "FOID", size: 20 },
        note: "bytes",
        state: { type: "enum", name: "State", symbols: ["REUP", "GONE", "CREATED"] },
      }),
      recordSchema("sysflow.entity.SFHeader", { exporter: "string" }),
    );
    const oid = Buffer.alloc(20, 0xc3);
    const base = {
      extra: { a: { array: [1.5, 2.5] }, b: null },
      containerId: { string: "c1" },
      path: "/p",
      restype: 102n,
      ts: 12n,
      oid,
      note: Buffer.from("n"),
    };
    const bytes = file(schema, [
      { "sysflow.entity.SFHeader": { exporter: "e" } },
      { "sysflow.entity.File": { ...base, state: "CREATED" } },
      { "sysflow.entity.File": { ...base, containerId: null, state: "GONE" } },
    ]);
    expect(await recordsOf(bytes)).toEqual([
      { type: "H", value: { version: 5, exporter: "e", ip: "NA", filename: "" } },
      { type: "F", value: { state: "CREATED", oid: "c3".repeat(20), ts: 12n, restype: "f", path: "/p", containerId: "c1" } },
      { type: "F", value: { state: "REUP", oid: "c3".repeat(20), ts: 12n, restype: "f", path: "/p", containerId: undefined } },
    ]);
  });

  it("may have records that the format does not name: they are passed over and told of", async () => {
    const schema = top(
      recordSchema("sysflow.event.Novel", { list: { type: "array", items: "string" }, other: ["null", "float"] }),
      recordSchema("sysflow.entity.SFHeader", { version: "long", exporter: "string" }),
    );
    const novel = { "sysflow.event.Novel": { list: ["a", "b"], other: { float: 1 } } };
    const header = { "sysflow.entity.SFHeader": { version: 9n, exporter: "e" } };
    const passed: unknown[] = [];
    expect(await recordsOf(file(schema, [novel, header, novel]), { passed: (what) => passed.push(what) })).toHaveLength(1);
    expect(passed).toEqual([{ file: "test.sf", type: "sysflow.event.Novel", records: 2 }]);
  });

  it("may hold ints of more than 32 bits: the low half counts", async () => {
    const schema = top(
      recordSchema("sysflow.entity.File", {
        state: { type: "enum", name: "State", symbols: ["CREATED"] },
        oid: { type: "fixed", name: "FOID", size: 20 },
        ts: "long",
        restype: "int",
        path: "string",
        containerId: ["null", "string"],
      }),
    );
    const value = (restype: bigint): unknown => ({
      "sysflow.entity.File": { state: "CREATED", oid: Buffer.alloc(20), ts: 0n, restype, path: "", containerId: null },
    });
    const rows = (await partsOf(file(schema, [value(0xffff_ffffn), value(-1n), value(0x1_0000_0066n), value(-(2n ** 63n) + 0x70n)]))).flatMap((part) => [
      ...part.rows,
    ]);
    expect(rows.map((record) => (record.value as { restype: string }).restype)).toEqual(["\ufffd", "\ufffd", "f", "p"]);
  });

  it.each([
    ["no JSON", "{", "it is not JSON"],
    ["no record", '"string"', "a record is expected at the top, and there is a type of kind string"],
    ["no field rec", '{"type":"record","name":"x","fields":[]}', '"x" has no field "rec"'],
    ["none of our records", '{"type":"record","name":"x","fields":[{"name":"rec","type":["null"]}]}', "it has none of the records of SysFlow, only null"],
    ["an unknown type", '{"type":"record","name":"x","fields":[{"name":"rec","type":["nil"]}]}', 'the type "nil" is not defined'],
    [
      "fields missing",
      '{"type":"record","name":"x","fields":[{"name":"rec","type":[{"type":"record","name":"sysflow.entity.File","fields":[{"name":"ts","type":"long"}]}]}]}',
      'the record "sysflow.entity.File" has no field "state", "oid", "restype", "path"',
    ],
    [
      "a field of another type",
      '{"type":"record","name":"x","fields":[{"name":"rec","type":[{"type":"record","name":"SFHeader","fields":[{"name":"exporter","type":"long"}]}]}]}',
      '"SFHeader.exporter" is of type long, which does not fit',
    ],
  ])("with %s is refused", async (_what, schema, message) => {
    const number = (value: number): Buffer => avro.Type.forSchema("long").toBuffer(value);
    const text = (value: string): Buffer => avro.Type.forSchema("string").toBuffer(value);
    const bytes = Buffer.concat([Buffer.from("Obj\u0001"), number(1), text("avro.schema"), text(schema), number(0), Buffer.alloc(16)]);
    await expect(recordsOf(bytes)).rejects.toMatchObject({
      code: "MILLRACE_TRACE_SCHEMA",
      message: `test.sf: the schema of the trace can't be used: ${message}`,
    });
  });
});

conformanceNotice("recorded traces against avsc, and their counts of records");
describe.skipIf(!hasConformance)("a recorded trace", () => {
  it.each(traceNames())("%s is decoded as avsc decodes it", async (name) => {
    const bytes = readFileSync(traceFile(name));
    const records = await recordsOf(bytes);
    const expected = referenceRecords(bytes);
    expect(records.length).toBe(expected.length);
    // One comparison a record: a difference then shows one record, and not a whole trace.
    for (const [i, record] of records.entries()) if (!isDeepStrictEqual(record, expected[i])) expect(record).toEqual(expected[i]);
  });

  it.each([
    ["mon.1531776682", 19_885, "FF", 17_904],
    ["k8s_small", 6173, "NF", 1511],
  ])("%s has %i records", async (name, total, type, count) => {
    const records = await recordsOf(readFileSync(traceFile(name)));
    expect([records.length, records.filter((record) => record.type === type).length]).toEqual([total, count]);
  });
});
