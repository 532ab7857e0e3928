import type { RecordBatch } from "@millrace/api/fluent";
import { harness, records } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { chunkNode } from "../src/index.ts";

const bodies = (batch: RecordBatch): unknown[] => [...batch].map(({ record }) => record);
const from = (source: string, batch: RecordBatch): RecordBatch => ({
  ...batch,
  source,
  slice: (first, last) => from(source, batch.slice(first, last)),
  [Symbol.iterator]: () => batch[Symbol.iterator](),
});

describe("the chunk stage", () => {
  it("sends what there is at each flush, a chunk for each input and tag", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { flush: 1 } });
    h.feed(from("a.0", records("x", { n: 1 })));
    h.feed(from("a.0", records("y", { n: 2 })));
    h.feed(from("b.1", records("x", { n: 3 })));
    h.feed(from("a.0", records("x", { n: 4 }, { n: 5 })));
    await h.advance(999);
    expect(h.sent).toEqual([]);
    await h.advance(1);
    expect(h.sent.map((batch) => [batch.source, batch.tag, bodies(batch)])).toEqual([
      ["a.0", "x", [{ n: 1 }, { n: 4 }, { n: 5 }]],
      ["a.0", "y", [{ n: 2 }]],
      ["b.1", "x", [{ n: 3 }]],
    ]);
    expect(h.sent[0]?.chunk).toEqual({ id: expect.stringMatching(/^1-1577836800\.000000000$/) as string, first: 0, last: true });
    await h.advance(5000);
    expect(h.sent).toHaveLength(3);
  });

  it("flushes in fractions of a second, the first time at once", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { flush: 0.2 } });
    await h.advance(0);
    h.feed(records("x", { n: 1 }));
    await h.advance(199);
    expect(h.sent).toHaveLength(0);
    await h.advance(1);
    expect(h.sent).toHaveLength(1);
  });

  it("sends a chunk that is full without waiting, in parts that know their places", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { chunk_size: 200_000 } });
    const large = "x".repeat(60_000);
    for (let n = 0; n < 6; n++) h.feed(records("x", { n, large }));
    await h.quiet();
    expect(h.sent.map((batch) => [batch.records, batch.chunk?.first, batch.chunk?.last])).toEqual([[4, 0, true]]);
    await h.advance(1000);
    expect(h.sent.map((batch) => batch.records)).toEqual([4, 2]);
    for (let n = 0; n < 5; n++) h.feed(records("x", ...Array.from({ length: 1000 }, () => ({ n }))));
    await h.advance(1000);
    expect(h.sent.slice(2).map((batch) => [batch.records, batch.chunk])).toEqual([
      [4096, { id: h.sent[2]?.chunk?.id, first: 0, last: false }],
      [904, { id: h.sent[2]?.chunk?.id, first: 4096, last: true }],
    ]);
  });

  it("flushes when its input has ended, and on the way out", async () => {
    const h = await harness<RecordBatch, RecordBatch>(chunkNode, { input: records("x", { n: 1 }), options: { flush: 3600 } });
    expect((await h.finished()).state).toBe("finished");
    expect(h.sent.map(bodies)).toEqual([[{ n: 1 }]]);

    const drained = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { flush: 3600 } });
    drained.feed(records("x", { n: 2 }));
    await drained.quiet();
    expect((await drained.stop()).state).toBe("drained");
    expect(drained.sent.map(bodies)).toEqual([[{ n: 2 }]]);
  });

  it("sets aside what can't be encoded, and sends the rest", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { acceptance: "end-to-end" } });
    const fed = h.feed(records("x", { n: 1 }, { bad: 1n << 80n }, { n: 3 }));
    await h.advance(1000);
    expect(h.sent.map(bodies)).toEqual([[{ n: 1 }, { n: 3 }]]);
    expect((await fed.settled()).statuses).toEqual(["done", "done", "done"]);
    expect(h.metric("chunk_bad_records")).toBe(1);
    expect(h.log("warn")).toEqual(["1 record was set aside: the integer 1208925819614629174706176 does not fit into 64 bits"]);
  });

  it("refuses an interval that is none", async () => {
    await expect(harness(chunkNode, { options: { flush: 0 } })).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^MILLRACE_/) as string }),
    );
  });
});

describe("acceptance", () => {
  it("memory: a record is done when it is taken, whatever becomes of it", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { downstream: "manual" });
    const fed = h.feed(records("x", { n: 1 }, { n: 2 }));
    h.feed(records("x", { n: 3 }));
    expect((await fed.settled()).outcome.state).toBe("done");
    await h.advance(1000);
    (await h.next()).fail(new Error("gone"));
    await h.quiet();
    expect(h.metric("chunk_lost_records")).toBe(3);
  });

  it("end-to-end: a record is done when the outputs have it", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { acceptance: "end-to-end" }, downstream: "manual" });
    const first = h.feed(records("x", { n: 1 }, { n: 2 }));
    const other = h.feed(records("y", { n: 3 }));
    const second = h.feed(records("x", { n: 4 }, { n: 5 }));
    await h.advance(1000);
    const [x, y] = [await h.next(), await h.next()];
    expect([first.ended, other.ended, second.ended]).toEqual([undefined, undefined, undefined]);
    y.done();
    expect((await other.settled()).outcome.state).toBe("done");
    x.refuse("invalid", { records: [1, 3] });
    expect((await first.settled()).statuses).toEqual(["done", "invalid"]);
    expect((await second.settled()).statuses).toEqual(["done", "invalid"]);
  });

  it("end-to-end: what an output loses is lost for its sender, and for nobody else", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { acceptance: "end-to-end" }, downstream: "manual" });
    const kept = h.feed(records("x", ...Array.from({ length: 4096 }, (_, n) => ({ n }))));
    const lost = h.feed(records("x", { n: 4096 }));
    await h.advance(1000);
    const [one, two] = [await h.next(), await h.next()];
    two.fail(new Error("disk full"));
    await h.quiet();
    expect([kept.ended, lost.ended]).toEqual([undefined, undefined]);
    one.done();
    expect((await kept.settled()).outcome).toEqual({ state: "done" });
    expect((await lost.settled()).outcome).toMatchObject({ state: "lost" });
  });

  it("end-to-end: a retry repeats one output's delivery alone", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, {
      options: { acceptance: "end-to-end" },
      peers: ["good", "slow"],
      downstream: (delivery) => {
        if (delivery.to === "slow" && delivery.attempt === 1) delivery.retry(500);
      },
    });
    const fed = h.feed(records("x", { n: 1 }));
    await h.advance(1000);
    expect(fed.ended).toBeUndefined();
    await h.advance(500);
    expect((await fed.settled()).outcome.state).toBe("done");
    expect(h.deliveries.map(({ to, attempt }) => [to, attempt])).toEqual([
      ["good", 1],
      ["slow", 1],
      ["slow", 2],
    ]);
  });

  it("flushes what it holds when its sender has no credit left", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { options: { acceptance: "end-to-end", flush: 3600 }, credit: { records: 2 } });
    const fed = [h.feed(records("x", { n: 1 })), h.feed(records("x", { n: 2 })), h.feed(records("x", { n: 3 }))];
    expect((await fed[1]?.settled())?.outcome.state).toBe("done");
    expect(h.sent.map(bodies)).toEqual([[{ n: 1 }, { n: 2 }]]);
  });
});

describe("bounds", () => {
  it("takes no more in than its memory has room for, and goes on when there is some", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, {
      options: { memory_limit: 100_000, flush: 3600 },
      downstream: "manual",
      bounds: { records: 2 },
    });
    const large = "x".repeat(30_000);
    for (let n = 0; n < 20; n++) h.feed(records("x", { n, large }));
    await h.quiet();
    expect(h.stats.in.batches).toBe(4);
    expect(h.sent.map((batch) => batch.records)).toEqual([4]);
    (await h.next()).done();
    await h.quiet();
    expect(h.stats.in.batches).toBe(8);
  });

  it("lets an output that is slow keep no other from its chunks", async () => {
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, {
      peers: [
        { name: "fast", match: "*" },
        { name: "stuck", match: "stuck*" },
      ],
      bounds: { records: 1 },
      downstream: async (delivery) => {
        if (delivery.to === "stuck") await new Promise(() => undefined);
      },
    });
    for (let n = 0; n < 4; n++) {
      h.feed(records("stuck", { n }));
      h.feed(records("free", { n }));
      await h.advance(1000);
    }
    expect(h.deliveries.filter(({ to }) => to === "fast")).toHaveLength(8);
    expect(h.deliveries.filter(({ to }) => to === "stuck")).toHaveLength(1);
  });

  it("keeps the account of each input", async () => {
    const account = {
      held: 0,
      taken(bytes: number) {
        this.held += bytes;
      },
      freed(bytes: number) {
        this.held -= bytes;
      },
    };
    await using h = await harness<RecordBatch, RecordBatch>(chunkNode, { downstream: "manual" });
    h.feed({ ...from("a.0", records("x", { n: 1 })), account });
    await h.quiet();
    expect(account.held).toBe(2 + 10 + 1 + 4);
    await h.advance(1000);
    expect(account.held).toBe(17);
    (await h.next()).done();
    await h.quiet();
    expect(account.held).toBe(0);
  });
});
