import type { Plugin } from "@millrace/api";
import { defineFilter, type FluentMessage, type RecordBatch } from "@millrace/api/fluent";
import { batchOfEntries, entryOf, jsonToMsgpack, Writer, writeEncodedEntry } from "@millrace/fluent";
import { bodies, harness, records } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

type Filter = (message: FluentMessage) => FluentMessage | readonly FluentMessage[] | undefined;

const filter = (apply: Filter): Plugin => defineFilter({ name: "f", description: "A filter", create: () => ({ filter: apply }) });
const changed = (message: FluentMessage, more: FluentMessage["record"]): FluentMessage => ({ ...message, record: { ...message.record, ...more } });

describe("a filter", () => {
  it("keeps, changes, drops and multiplies, and each record keeps its answer", async () => {
    const apply: Filter = (message) => {
      switch (message.record.do) {
        case "drop":
          return undefined;
        case "change":
          return changed(message, { changed: true });
        case "double":
          return [message, changed(message, { second: true })];
        default:
          return message;
      }
    };
    await using h = await harness<RecordBatch, RecordBatch>(filter(apply), { downstream: "manual" });
    const fed = h.feed(records("a", { do: "keep" }, { do: "drop" }, { do: "change" }, { do: "double" }));
    const sent = await h.next();
    expect(bodies(sent.data)).toEqual([{ do: "keep" }, { do: "change", changed: true }, { do: "double" }, { do: "double", second: true }]);
    sent.refuse("invalid", { records: [1, 3] });
    expect((await fed.settled()).statuses).toEqual(["done", "done", "invalid", "partial"]);
  });

  it("sends what has another tag under that tag", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(filter((message) => (message.record.n === 2 ? { ...message, tag: "b" } : message)));
    expect((await h.feed(records("a", { n: 1 }, { n: 2 }, { n: 3 })).settled()).outcome.state).toBe("done");
    expect(h.sent.map((batch) => [batch.tag, bodies(batch)])).toEqual([
      ["a", [{ n: 1 }]],
      ["b", [{ n: 2 }]],
      ["a", [{ n: 3 }]],
    ]);
  });

  it("sees what its instance matches; the rest passes by", async () => {
    const pass = async (instance: Readonly<Record<string, unknown>>): Promise<string[]> => {
      const h = await harness<RecordBatch, RecordBatch>(
        filter(() => undefined),
        { instance, input: [records("app.one", { n: 1 }), records("db", { n: 2 })] },
      );
      await h.finished();
      return h.sent.map(({ tag }) => tag);
    };
    expect(await pass({ match: "app.*" })).toEqual(["db"]);
    expect(await pass({ match_regex: "^d" })).toEqual(["app.one"]);
    expect(await pass({ match: "x", match_regex: "(?i)^DB$" })).toEqual(["app.one"]);
    expect(await pass({})).toEqual([]);
    await expect(pass({ match_regex: "a(" })).rejects.toThrow("node 'f': could not be made: bad regular expression in match_regex: a(");
  });

  it("sets aside a message that it can't judge, and what is no record", async () => {
    const apply: Filter = (message) => {
      if (message.record.n === 1) throw new TypeError("n is one");
      return message.record.n === 2 ? { ...message, record: [] as never } : message;
    };
    await using h = await harness<RecordBatch, RecordBatch>(filter(apply));
    expect((await h.feed(records("a", { n: 1 }, { n: 2 }, { n: 3 })).settled()).outcome.state).toBe("done");
    expect(h.sent.map((batch) => bodies(batch))).toEqual([[{ n: 3 }]]);
    expect([h.metric("filter_bad_records", "TypeError"), h.metric("filter_bad_records", "MillraceError")]).toEqual([1, 1]);
    expect(h.log("warn")).toEqual(["a record was set aside: n is one", "a record was set aside: a record is an object"]);
  });

  it("leaves the exact bytes of what it does not change", async () => {
    const writer = new Writer();
    const bounds = [0];
    for (const json of ['{"f":2.0,"b":1,"b":2}', '{"f":3.0}']) {
      writeEncodedEntry(writer, { seconds: 1, nanoseconds: 0 }, jsonToMsgpack("{}"), jsonToMsgpack(json));
      bounds.push(writer.length);
    }
    const batch = batchOfEntries("a", "in.0", { bytes: writer.finish(), bounds: Uint32Array.from(bounds) }) as RecordBatch;
    await using whole = await harness<RecordBatch, RecordBatch>(filter((message) => message));
    await whole.feed(batch).settled();
    expect(whole.sent[0]?.encoded?.()).toEqual(writer.finish());
    await using part = await harness<RecordBatch, RecordBatch>(filter((message) => (message.record.f === 3 ? undefined : message)));
    await part.feed(batch).settled();
    expect(Array.from(part.sent[0] as RecordBatch, (message) => entryOf(message))).toEqual([writer.finish().subarray(0, bounds[1])]);
  });
});
