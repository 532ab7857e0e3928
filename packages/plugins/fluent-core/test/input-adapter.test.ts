import type { Plugin, PluginContext } from "@millrace/api";
import { defineInput, type Fluentbit, type InputChannel, type RecordBatch } from "@millrace/api/fluent";
import { batchOfBytes, encodeValue } from "@millrace/fluent";
import { bodies, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

type Collect = (ctx: PluginContext, channel: InputChannel) => void | Promise<void>;

const input = (collect: Collect, more: { ends?: boolean; init?: (fluentbit: Fluentbit) => void } = {}): Plugin =>
  defineInput({
    name: "in",
    description: "An input",
    ...(more.ends && { ends: true }),
    create: () => ({ collect, ...(more.init && { init: (_ctx, fluentbit) => more.init?.(fluentbit) }) }),
  });

describe("sending", () => {
  it("gathers what is sent without a wait into one batch, and a new one for each tag", async () => {
    await using h = await harness<never, RecordBatch>(
      input(
        (_ctx, channel) => {
          for (let n = 0; n < 3; n++) void channel.send({ record: { n } });
          void channel.send({ record: { n: 3 }, tag: "other", time: { seconds: 7, nanoseconds: 8 }, metadata: { m: 1 } });
          void channel.send({ record: { n: 4 }, time: new Date(1500) });
        },
        { ends: true },
      ),
      { instance: { tag: "app" } },
    );
    expect((await h.finished()).state).toBe("finished");
    expect(h.sent.map((batch) => [batch.tag, batch.source, bodies(batch)])).toEqual([
      ["app", "in", [{ n: 0 }, { n: 1 }, { n: 2 }]],
      ["other", "in", [{ n: 3 }]],
      ["app", "in", [{ n: 4 }]],
    ]);
    expect(h.sent.flatMap((batch) => Array.from(batch, ({ time, metadata }) => [time, metadata])).slice(2)).toEqual([
      [{ seconds: 1_577_836_800, nanoseconds: 0 }, {}],
      [{ seconds: 7, nanoseconds: 8 }, { m: 1 }],
      [{ seconds: 1, nanoseconds: 500_000_000 }, {}],
    ]);
  });

  it("closes a batch that is large, and keeps the order", async () => {
    const large = "x".repeat(50_000);
    const h = await harness<never, RecordBatch>(
      input(
        async (_ctx, channel) => {
          for (let n = 0; n < 3000; n++) await channel.send({ record: n < 10 ? { n, large } : { n } });
        },
        { ends: true },
      ),
    );
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch).map(({ n }) => n))).toEqual(Array.from({ length: 3000 }, (_, n) => n));
    for (const batch of h.sent) {
      expect(batch.records).toBeLessThanOrEqual(1024);
      expect(batch.bytes).toBeLessThanOrEqual(131_072);
    }
  });

  it("waits while the channel is full", async () => {
    let sent = 0;
    await using h = await harness<never, RecordBatch>(
      input(async (_ctx, channel) => {
        for (;;) {
          await channel.send({ record: { n: sent } });
          sent += 1;
        }
      }),
      { downstream: "blocked", bounds: { records: 3000 } },
    );
    await h.quiet();
    const before = sent;
    expect(before).toBeLessThan(8000);
    h.unblock();
    await h.until("more to be sent", () => sent > before);
  });

  it("sets aside what is no record, and goes on", async () => {
    const cyclic: Record<string, never> = {};
    (cyclic as Record<string, unknown>).self = cyclic;
    const h = await harness<never, RecordBatch>(
      input(
        (_ctx, channel) => {
          void channel.send({ record: cyclic });
          void channel.send({ record: null as never });
          void channel.send({ record: { n: 1 } });
        },
        { ends: true },
      ),
    );
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([{ n: 1 }]);
    expect(h.metric("input_bad_records")).toBe(2);
    expect(h.log("warn")).toEqual([
      "a record was set aside: a record is nested deeper than 512, or within itself",
      "a record was set aside: a record is an object",
    ]);
  });

  it("passes on bytes in their place, and tells how they ended", async () => {
    const ended: unknown[] = [];
    const bytes = encodeValue([5, { n: 2 }]);
    await using h = await harness<never, RecordBatch>(
      input(async (ctx, channel) => {
        void channel.send({ record: { n: 1 } });
        await channel.sendBatch(batchOfBytes(channel.tag, ctx.name, bytes).batch as RecordBatch, { settled: (outcome) => ended.push(outcome) });
        await channel.send({ record: { n: 3 } });
      }),
      { downstream: "manual" },
    );
    await h.quiet();
    expect(h.sent.map((batch) => bodies(batch))).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
    expect(h.sent[1]?.encoded?.()).toEqual(bytes);
    await h.next();
    (await h.next()).refuse("invalid");
    await h.quiet();
    expect(ended).toMatchObject([{ state: "refused", status: "invalid" }]);
  });
});

describe("life", () => {
  it("an input that returns is idle, unless it says that it ends", async () => {
    const idle = await harness(input(() => undefined));
    await idle.advance(60_000);
    expect(idle.run.state).toBe("running");
    expect((await idle.stop()).state).toBe("drained");
    expect((await (await harness(input(() => undefined, { ends: true }))).finished()).state).toBe("finished");
  });

  it("an error of collect ends the run, with the instance's name", async () => {
    const h = await harness(
      input(() => {
        throw new Error("boom");
      }),
      { name: "in.7" },
    );
    const { state, error } = await h.finished();
    expect([state, error?.message]).toEqual(["failed", "node 'in.7': boom"]);
  });

  it("or collect is called again, if the instance says so", async () => {
    let calls = 0;
    await using h = await harness<never, RecordBatch>(
      input(async (ctx, channel) => {
        calls += 1;
        await channel.send({ record: { calls } });
        if (calls < 3) throw new Error(`boom ${calls}`);
        await ctx.clock.sleep(1e9, ctx.draining);
      }),
      { instance: { on_collect_error: "restart" } },
    );
    await h.advance(999);
    expect(calls).toBe(1);
    await h.advance(2000);
    expect(calls).toBe(3);
    expect(h.log("error")).toEqual(["collect failed, again in 1 s: boom 1", "collect failed, again in 1 s: boom 2"]);
    expect((await h.stop()).state).toBe("drained");
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([{ calls: 1 }, { calls: 2 }, { calls: 3 }]);
  });

  it("an error on the way out is told, one that says that it gave up is not", async () => {
    const ending = (name: string): Plugin =>
      input(async (ctx) => {
        await ctx.clock.sleep(1e9, ctx.draining);
        throw Object.assign(new Error("the socket was closed"), { name });
      });
    const told = await harness(ending("Error"));
    expect((await told.stop()).state).toBe("drained");
    expect(told.log("warn")).toEqual(["collect ended with an error while the run was ending: the socket was closed"]);
    const silent = await harness(ending("AbortError"));
    await silent.stop();
    expect(silent.log()).toEqual([]);
  });

  it("an init that fails keeps the run from starting", async () => {
    await expect(
      harness(
        input(() => undefined, {
          init: () => {
            throw new Error("no such device");
          },
        }),
      ),
    ).rejects.toThrow("node 'in': could not be opened: no such device");
  });

  it("storage that is not there yet is a warning", async () => {
    await using h = await harness(
      input(() => undefined),
      { instance: { "storage.type": "filesystem", routable: false } },
    );
    expect(h.log("warn")).toEqual([
      "storage.type filesystem is not supported yet: chunks are kept in memory",
      "routable off is not supported yet: records go to every output that matches",
    ]);
  });
});

describe("the handles of the SDK", () => {
  it("conf reads any key, whatever its case, and the first of several", async () => {
    const read: string[] = [];
    await using _h = await harness(
      input(() => undefined, {
        init: ({ conf }) => {
          for (const key of ["foo", "FOO", "dup", "missing", "", "deep", "n"]) read.push(conf.string(key));
        },
      }),
      { options: { Foo: "b a r", dup: ["one", "two"], deep: { a: [1] }, n: 5 } },
    );
    expect(read).toEqual(["b a r", "b a r", "one", "", "", '{"a":[1]}', "5"]);
  });

  it("metrics stand under the family's names", async () => {
    await using h = await harness(
      input(() => undefined, {
        init: ({ metrics, logger }) => {
          const counter = metrics.newCounter("things_total", "Things", "kind");
          counter.add(2, "a");
          metrics.newGauge("level", "A level").set(7);
          logger.info("100%s of %d");
          expect(() => counter.add(-1, "a")).toThrow();
        },
      }),
    );
    expect([h.metric("fluentbit_plugin_things_total", "a"), h.metric("fluentbit_plugin_level")]).toEqual([2, 7]);
    expect(h.log("info")).toEqual(["100%s of %d"]);
  });
});
