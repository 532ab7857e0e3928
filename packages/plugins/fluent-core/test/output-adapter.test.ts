import { MillraceError, type Plugin } from "@millrace/api";
import { defineOutput, type OutputChannel } from "@millrace/api/fluent";
import { harness, records } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

const output = (flush: (channel: OutputChannel) => void | Promise<void>): Plugin =>
  defineOutput({ name: "out", description: "An output", create: () => ({ flush: (_ctx, channel) => flush(channel) }) });
const retryable = (message: string): MillraceError => new MillraceError("MILLRACE_TEST", message, { retryable: true });
const service = { "scheduler.base": 1, "scheduler.cap": 4, graceMs: -1 };

describe("an output", () => {
  it("gets a chunk at a time, and reads it either way", async () => {
    const seen: unknown[] = [];
    const h = await harness(
      output(async (channel) => {
        const one = [...channel].map(({ record }) => record);
        const other = [];
        for await (const { record } of channel) other.push(record);
        seen.push([channel.tag, channel.attempt, channel.batch.records, one, other]);
      }),
      { input: [records("a", { n: 1 }, { n: 2 }), records("b", { n: 3 })] },
    );
    expect((await h.finished()).done).toEqual({ batches: 2, records: 3 });
    expect(seen).toEqual([
      ["a", 1, 2, [{ n: 1 }, { n: 2 }], [{ n: 1 }, { n: 2 }]],
      ["b", 1, 1, [{ n: 3 }], [{ n: 3 }]],
    ]);
  });

  it("keeps others waiting while it flushes", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using h = await harness(
      output(() => promise),
      { bounds: { records: 2 } },
    );
    for (let n = 0; n < 20; n++) h.feed(records("a", { n }));
    await h.quiet();
    expect(h.taken).toBeLessThan(5);
    resolve();
    h.end();
    expect((await h.finished()).done.records).toBe(20);
  });

  it("sets a message aside, and delivers the rest", async () => {
    await using h = await harness(
      output((channel) => {
        for (const message of channel) if (message.record.n === 2) channel.setAside(message, "it is two");
      }),
    );
    expect((await h.feed(records("a", { n: 1 }, { n: 2 })).settled()).outcome.state).toBe("done");
    expect([h.metric("output_bad_records"), h.log("warn")]).toEqual([1, ["a record was set aside: it is two"]]);
  });
});

describe("retries", () => {
  it("a retryable error brings the chunk again after a wait, once by default", async () => {
    const attempts: number[] = [];
    await using h = await harness(
      output(({ attempt }) => {
        attempts.push(attempt);
        throw retryable("down");
      }),
      { name: "out.0", service },
    );
    const fed = h.feed(records("a", { n: 1 }, { n: 2 }));
    await h.quiet();
    expect(attempts).toEqual([1]);
    await h.advance(1999);
    expect(attempts).toEqual([1]);
    await h.advance(4001);
    expect(attempts).toEqual([1, 2]);
    expect((await fed.settled()).outcome).toMatchObject({ state: "lost", partial: false });
    expect(h.metric("output_dropped_records")).toBe(2);
    expect(h.log()).toEqual([
      expect.stringMatching(/^failed to flush chunk, retry in [23] seconds: input=test > output=out\.0, 2 records, tag a: down$/),
      "chunk cannot be retried: input=test > output=out.0, 2 records, tag a: down",
    ]);
  });

  it("goes on after one that succeeds, and says so", async () => {
    await using h = await harness(
      output(({ attempt }) => {
        if (attempt < 4) throw retryable("down");
      }),
      { instance: { retry_limit: "5" }, service },
    );
    const fed = h.feed({ ...records("a", { n: 1 }), chunk: { id: "c-1", first: 0, last: true } } as never);
    await h.advance(60_000);
    expect((await fed.settled()).outcome.state).toBe("done");
    expect(h.log("info")).toEqual(["flush chunk 'c-1' succeeded at retry 3"]);
    expect(h.log("warn")).toHaveLength(3);
  });

  it.each([
    ["no_limits", 50, undefined],
    ["off", 50, undefined],
    ["no_retries", 1, "lost"],
    ["0", 1, "lost"],
    [2, 3, "lost"],
    ["", 2, "lost"],
    ["lots", 2, "lost"],
  ])("retry_limit %j", async (retry_limit, least, state) => {
    let attempts = 0;
    await using h = await harness(
      output(() => {
        attempts += 1;
        throw retryable("down");
      }),
      { instance: { retry_limit }, service },
    );
    const fed = h.feed(records("a", { n: 1 }));
    await h.advance(400_000);
    expect(state === undefined ? attempts >= least : attempts === least).toBe(true);
    expect(fed.ended?.outcome.state).toBe(state);
    if (retry_limit === "lots") expect(h.log("warn")[0]).toBe("retry_limit lots is no number and no known word: a chunk is tried again once");
    if (retry_limit === "no_retries")
      expect(h.log("error")).toEqual(["chunk is not retried (no retry config): input=test > output=out, 1 records, tag a: down"]);
  });

  it("any other error gives the chunk up at once, and the next one is flushed", async () => {
    await using h = await harness(
      output((channel) => {
        if (channel.tag === "bad") throw new Error("malformed");
      }),
      { instance: { retry_limit: "no_limits" } },
    );
    const bad = h.feed(records("bad", { n: 1 }));
    const good = h.feed(records("good", { n: 2 }));
    expect((await bad.settled()).outcome.state).toBe("lost");
    expect((await good.settled()).outcome.state).toBe("done");
    expect(h.log("error")).toEqual(["chunk cannot be retried: input=test > output=out, 1 records, tag bad: malformed"]);
  });

  it("is brought forward when the run drains, and waits a second at most from then on", async () => {
    const attempts: number[] = [];
    const h = await harness(
      output(({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 4) throw retryable("down");
      }),
      { instance: { retry_limit: "no_limits" }, service: { graceMs: 3000 } },
    );
    const fed = h.feed(records("a", { n: 1 }));
    await h.advance(1000);
    expect(attempts).toEqual([1]);
    h.drain();
    await h.quiet();
    expect(attempts).toEqual([1, 2]);
    expect(await h.stop()).toMatchObject({ state: "drained", done: { records: 1 } });
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect((await fed.settled()).outcome.state).toBe("done");
    expect(h.log("warn").map((line) => /retry in \d+ seconds/.exec(line)?.[0])).toEqual([
      expect.stringMatching(/retry in ([6-9]|1[01]) seconds/),
      "retry in 1 seconds",
      "retry in 1 seconds",
    ]);
  });
});
