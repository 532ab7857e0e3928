import { existsSync } from "node:fs";
import { type BatchData, defineNode, isMillraceError, MillraceError, type NoOptions, type Plugin } from "@millrace/api";
import { defineLink, type MessageBatch } from "@millrace/api/flow";
import { defineDriver, defineHandler, defineProcessor, type FlatRecord, type RecordContext, type SysflowBatch } from "@millrace/api/sysflow";
import { clientServerScene, diagnose, flat, harness, message, messages, payloads, sysflowBatch } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const pass: Plugin = defineNode<NoOptions, MessageBatch, MessageBatch>({
  name: "pass",
  description: "Passes messages on",
  channels: { in: ["message"], out: ["message"] },
  create: () => ({
    async run(input, outputs) {
      for await (const batch of input) await outputs.send(batch.data, { origin: { batch } });
    },
  }),
});

describe("what was fed", () => {
  it("ends as those downstream answer, record by record", async () => {
    const h = await harness<MessageBatch, MessageBatch>(pass, { downstream: "manual" });
    const fed = h.feed(messages("a", "b", message("c", { k: "v" })));
    const delivery = await h.next();
    expect(payloads(delivery.data)).toEqual(["a", "b", "c"]);
    expect(delivery.data.messages[2]?.meta).toEqual({ k: "v" });
    await h.quiet();
    expect(fed.ended).toBeUndefined();
    delivery.refuse("throttled", { records: [1] });
    expect(await fed.settled()).toMatchObject({ outcome: { state: "refused" }, statuses: ["done", "throttled", "done"] });
    expect(delivery.answered).toBe(true);
    await h.close();
  });

  it("comes again after a retry, and is lost after a failure", async () => {
    const h = await harness(pass, { downstream: "manual" });
    const [first, second] = [h.feed(messages("a")), h.feed(messages("b"))];
    (await h.next()).retry(100);
    (await h.next()).fail(new Error("gone"));
    expect((await second.settled()).outcome).toMatchObject({ state: "lost" });
    expect(h.position).toBe(0);
    await h.advance(100);
    const again = await h.next();
    expect([payloads(again.data), again.attempt]).toEqual([["a"], 2]);
    again.done();
    expect((await first.settled()).outcome.state).toBe("done");
    expect(h.position).toBe(2);
    expect(h.sent.map((data) => payloads(data))).toEqual([["a"], ["b"]]);
    await h.close();
  });

  it("stays with its sender while nobody takes anything", async () => {
    const h = await harness(pass, { downstream: "blocked", bounds: { records: 1 } });
    for (let n = 0; n < 20; n++) h.feed(messages(`${n}`));
    await h.quiet();
    expect(h.taken).toBeLessThan(6);
    h.unblock();
    h.end();
    await h.finished();
    expect(h.sent.flatMap((data) => payloads(data))).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  });

  it("is answered by a function, if that is told", async () => {
    const h = await harness(pass, {
      downstream: async (delivery) => {
        await undefined;
        delivery.refuse("invalid");
      },
    });
    expect((await h.feed(messages("a")).settled()).statuses).toEqual(["invalid"]);
    await h.close();
  });
});

describe("what was sent", () => {
  it("stays for the test to look at, though its memory is used again", async () => {
    const words = Int32Array.from(sysflowBatch(clientServerScene().records).words);
    const source = sysflowBatch(clientServerScene().records);
    const reusing = defineDriver({
      name: "reusing",
      description: "Uses the memory of a batch again once it has ended",
      create: () => ({
        run: (outputs) => outputs.stream("s").send(source, 1, { settled: () => void source.words.fill(0) }),
      }),
    });
    const h = await harness<never, SysflowBatch>(reusing);
    await h.finished();
    expect(source.words).not.toEqual(words);
    expect(h.sent.map((batch) => [...batch])).toEqual([[...sysflowBatch(clientServerScene().records)]]);
  });
});

describe("the nodes downstream", () => {
  it("are as many as the test wants, with routes and queues", async () => {
    const router = defineLink({
      name: "router",
      description: "Sends by the meta key to",
      role: "link",
      create: () => ({
        recv: (received, connectors) => connectors.to(received.meta.to ?? "")?.send(received) ?? "unroutable",
      }),
    });
    const h = await harness<MessageBatch, MessageBatch>(router, {
      peers: [
        { name: "one", port: "left" },
        { name: "two", port: "right" },
      ],
    });
    const fed = h.feed(messages(message("a", { to: "right" }), message("b", { to: "left" }), message("c", { to: "up" })));
    expect((await fed.settled()).statuses).toEqual(["done", "done", "unroutable"]);
    expect(h.deliveries.map(({ to, data }) => [to, payloads(data)]).sort()).toEqual([
      ["one", ["b"]],
      ["two", ["a"]],
    ]);
    await h.close();
  });
});

describe("what may not be used after its time", () => {
  const keeper = (use: (kept: { first?: FlatRecord; data?: BatchData & Iterable<FlatRecord> }) => void): Plugin =>
    defineProcessor({
      name: "keeper",
      description: "Keeps what it should not",
      in: "flat",
      create: () => ({
        async process(input) {
          const kept: Parameters<typeof use>[0] = {};
          for await (const batch of input) {
            if (kept.data !== undefined) use(kept);
            kept.data = batch.data;
            for (const record of batch.data) {
              if (kept.first === undefined) kept.first = record;
            }
          }
        },
      }),
    });
  const run = async (plugin: Plugin, expire?: "cursors" | "nothing"): Promise<string | undefined> => {
    const h = await harness(plugin, { input: [clientServerScene().flat(), clientServerScene().flat()], ...(expire !== undefined && { expire }) });
    return (await h.finished()).error?.message;
  };

  it("a cursor, when the loop has gone on", async () => {
    expect(await run(keeper(({ first }) => first?.text("sf.type")))).toMatchInlineSnapshot(`"node 'keeper': text of a cursor was used after its time"`);
  });

  it("a batch, when it has been let go", async () => {
    expect(await run(keeper(({ data }) => data?.[Symbol.iterator]()))).toMatchInlineSnapshot(
      `"node 'keeper': Symbol(Symbol.iterator) of a batch was used after its time"`,
    );
    expect(
      await run(
        keeper(({ data }) => data?.[Symbol.iterator]()),
        "cursors",
      ),
    ).toBeUndefined();
  });

  it("neither, where the test says so", async () => {
    expect(
      await run(
        keeper(({ first }) => first?.text("sf.type")),
        "nothing",
      ),
    ).toBeUndefined();
  });

  it("but a record that was retained stays", async () => {
    const texts: string[] = [];
    const plugin = defineProcessor({
      name: "retainer",
      description: "Keeps what it may",
      in: "flat",
      create: () => ({
        async process(input) {
          const kept: FlatRecord[] = [];
          for await (const batch of input) for (const record of batch.data) kept.push(record.retain());
          texts.push(...kept.map((record) => record.text("sf.type")));
        },
      }),
    });
    expect(await run(plugin)).toBeUndefined();
    expect(texts.slice(0, 3)).toEqual(["PE", "FF", "FF"]);
  });

  it("the context of a handler, when its call is over", async () => {
    let kept: RecordContext | undefined;
    const plugin = defineHandler({
      name: "keeper",
      description: "Keeps what it should not",
      create: () => ({
        handleProcEvt: (context) => {
          if (kept === undefined) kept = context;
          else void kept.process;
        },
      }),
    });
    const h = await harness(plugin, { input: clientServerScene().batch() });
    expect((await h.finished()).error?.message).toMatchInlineSnapshot(`"node 'keeper': process of a record context was used after its time"`);
  });

  it("and data that was lent is sent on as it was", async () => {
    const through = defineProcessor({
      name: "through",
      description: "Passes events on",
      in: "flat",
      out: "flat",
      create: () => ({
        async process(input, outputs) {
          for await (const batch of input) await outputs.send(batch.data);
        },
      }),
    });
    const data = flat({ type: "PE", "sf.proc.exe": "/bin/a" });
    const h = await harness(through, { input: data });
    await h.finished();
    expect(h.sent).toEqual([data]);
    expect(h.sent[0]).toBe(data);
  });
});

describe("before the run", () => {
  const optioned = defineNode({
    name: "optioned",
    description: "Has options",
    channels: { in: ["message"], out: [] },
    options: z.strictObject({ size: z.number().int().describe("How much") }),
    create: () => ({
      async run(input) {
        while (await input.next());
      },
    }),
  });

  it("bad options are found, all at once", async () => {
    const error = await harness(optioned, { options: { size: "many", siez: 1 } }).catch((cause: unknown) => cause);
    expect(isMillraceError(error) && error.code).toBe("MILLRACE_TESTKIT_PLAN");
    expect((error as MillraceError).diagnostics).toHaveLength(2);
    expect((error as MillraceError).message).toMatchInlineSnapshot(`
      "the plugin can't run so:
      error MILLRACE_PLAN_OPTION_UNKNOWN: node "optioned" has no option "siez" (did you mean "size"?)
      error MILLRACE_PLAN_OPTION: option "size" of node "optioned": expected number, received string"
    `);
  });

  it("and may be looked at by themselves", async () => {
    expect(await diagnose(optioned, { options: { size: 1 } })).toEqual([]);
    expect((await diagnose(optioned)).map(({ severity }) => severity)).toEqual(["error"]);
  });

  it("a health check that fails is thrown, and nothing is left behind", async () => {
    let folder = "";
    const ill = defineNode({
      name: "ill",
      description: "Is not well",
      channels: { in: ["message"], out: [] },
      create: async (_options, ctx) => {
        folder = await ctx.stateDirectory();
        return { test: () => false, run: () => undefined };
      },
    });
    await expect(harness(ill)).rejects.toMatchObject({ code: "MILLRACE_RUN_HEALTH" });
    expect(folder).not.toBe("");
    expect(existsSync(folder)).toBe(false);
  });

  it("a plugin that reads anything has to be told what", async () => {
    const any = defineNode({
      name: "any",
      description: "Reads anything",
      channels: { in: "any", out: [] },
      create: () => ({
        async run(input) {
          while (await input.next());
        },
      }),
    });
    await expect(harness(any)).rejects.toMatchObject({ code: "MILLRACE_TESTKIT_KIND", hint: "say which by the option inputKind" });
    const h = await harness(any, { inputKind: "bytes" });
    await h.close();
  });
});

describe("during the run", () => {
  it("lines, metrics and time are the test's to see", async () => {
    const ticker = defineNode({
      name: "ticker",
      description: "Counts seconds",
      channels: { in: [], out: ["message"] },
      create: (_options, ctx) => ({
        async run(_input, outputs) {
          const seconds = ctx.metrics.counter("seconds", "Seconds", "parity");
          for (let n = 1; !ctx.draining.aborted; n++) {
            await ctx.clock.sleep(1000, ctx.draining);
            if (ctx.draining.aborted) return;
            seconds.add(1, n % 2 === 0 ? "even" : "odd");
            ctx.log.debug(`second ${n}`);
            await outputs.send(messages(`${n}`));
          }
        },
      }),
    });
    const h = await harness(ticker, { name: "t1" });
    await h.advance(3500);
    expect(h.sent.flatMap((data) => payloads(data))).toEqual(["1", "2", "3"]);
    expect([h.metric("seconds", "odd"), h.metric("seconds", "even"), h.metric("minutes")]).toEqual([2, 1, 0]);
    expect(h.log("debug")).toEqual(["second 1", "second 2", "second 3"]);
    expect(h.log("warn")).toEqual([]);
    expect(h.stats.out.batches).toBe(3);
    expect((await h.stop()).state).toBe("drained");
    await h.close();
  });

  it("no wait is for ever, and the error says how things stand", async () => {
    const h = await harness(pass, { deadlineMs: 50, downstream: "manual" });
    const error = await h.next().catch((cause: unknown) => cause);
    expect((error as MillraceError).code).toBe("MILLRACE_TESTKIT_DEADLINE");
    expect((error as MillraceError).message).toMatch(
      /^waited 50 ms in vain for the plugin to send a batch: the run is running; .*pass is running, has received 0 and sent 0 batches/s,
    );
    const fed = h.feed(messages("a"));
    await expect(fed.settled()).rejects.toMatchObject({ code: "MILLRACE_TESTKIT_DEADLINE" });
    await expect(h.until("something", () => false)).rejects.toMatchObject({ code: "MILLRACE_TESTKIT_DEADLINE" });
    await h.close();
  });

  it("a plugin that throws ends the run with its name, and nobody waits any more", async () => {
    const broken = defineNode({
      name: "broken",
      description: "Throws",
      channels: { in: ["message"], out: ["message"] },
      create: () => ({
        async run(input) {
          await input.next();
          throw new MillraceError("TEST_BROKEN", "it broke");
        },
      }),
    });
    const h = await harness(broken);
    h.feed(messages("a"));
    const result = await h.finished();
    expect(result.state).toBe("failed");
    expect(result.error?.message).toBe("node 'broken': it broke");
    await expect(h.next()).rejects.toMatchObject({ code: "MILLRACE_TESTKIT_ENDED" });
    await h.close();
  });

  it("may be aborted, closed twice, and disposed of", async () => {
    await using h = await harness(pass, { downstream: "blocked" });
    h.feed(messages("a"));
    h.abort();
    await h.close();
    expect((await h.finished()).state).toBe("aborted");
    await h.close();
  });
});
