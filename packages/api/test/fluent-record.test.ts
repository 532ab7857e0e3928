import { type FluentMessage, fluentExt, fluentFloat, partOf, partsOfExt, partsOfFloat, recordBatch, recordChannel } from "@millrace/api/fluent";
import { describe, expect, it } from "vitest";

const message = (n: number): FluentMessage => ({ time: { seconds: n, nanoseconds: 0 }, tag: "t", record: { n }, metadata: {} });

describe("a batch of messages", () => {
  it("is sliced with its chunk and its account", () => {
    const account = { taken: () => undefined, freed: () => undefined };
    const batch = recordBatch("t", "in.0", [message(1), message(2), message(3)], { account, chunk: { id: "c", first: 10, last: true } });
    const slice = recordChannel.slice?.(batch, 1, 2);
    expect(slice).toMatchObject({ tag: "t", source: "in.0", records: 1, account, chunk: { id: "c", first: 11, last: false } });
    expect([...(slice ?? [])]).toEqual([message(2)]);
    expect(batch.slice(1, 3).chunk).toEqual({ id: "c", first: 11, last: true });
    expect(partOf(undefined, 0, 1, 1)).toBeUndefined();
  });

  it("estimates its size", () => {
    const of = (record: FluentMessage["record"]): number => recordBatch("t", "in.0", [{ ...message(0), record }]).bytes;
    expect(of({})).toBe(19);
    expect(of({ text: "x".repeat(1000) }) - of({})).toBe(1008);
    expect(of({ raw: new Uint8Array(500) }) - of({})).toBe(507);
    expect(of({ list: [1, 2n, null, [true], { a: fluentFloat(2) }], ext: fluentExt(1, new Uint8Array(8)), at: new Date(0) })).toBeLessThan(120);
  });

  it("refuses what is no record", () => {
    const cyclic: Record<string, never> = {};
    (cyclic as Record<string, unknown>).self = cyclic;
    for (const record of [cyclic, null, [1], "text"]) {
      expect(() => recordBatch("t", "in.0", [{ ...message(0), record: record as never }])).toThrow(expect.objectContaining({ code: "MILLRACE_FLUENT_RECORD" }));
    }
  });
});

it("a match of an edge is a pattern, or a pattern and an expression", () => {
  const batch = recordBatch("app.log", "in.0", [message(1)]);
  expect(recordChannel.matcher?.("app.*")(batch)).toBe(true);
  expect(recordChannel.matcher?.({ match: "x", regex: "^app" })(batch)).toBe(true);
  expect(recordChannel.matcher?.({ match: "x" })(batch)).toBe(false);
});

it("floats and extension values are told from records", () => {
  expect(partsOfFloat(fluentFloat(2))).toBe(2);
  expect(partsOfFloat({ n: 2 })).toBeUndefined();
  expect(partsOfExt(fluentExt(-1, new Uint8Array([1])))).toEqual({ type: -1, data: new Uint8Array([1]) });
  expect(partsOfExt({ type: -1, data: new Uint8Array([1]) })).toBeUndefined();
});
