import type { Batch, Hold, Outcome, SendOptions, Status } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { createRun, type RunResult } from "../../src/index.ts";
import { each, graphOf, type NumberBatch, numbers, sink, source, type TestEdge, type TestNode, testHost, until } from "../run/graph-of.ts";

/** How one batch of four records ended, sent through these nodes. */
async function settle(
  nodes: Readonly<Record<string, TestNode["make"] | TestNode>>,
  edges: readonly (TestEdge | string)[],
  data: NumberBatch = numbers(0, 1, 2, 3),
): Promise<{ outcome: Outcome | undefined; statuses: readonly Status[]; calls: number; result: RunResult }> {
  let heard: { outcome: Outcome; statuses: readonly Status[] } | undefined;
  let calls = 0;
  const asking: TestNode = {
    spec: { onLost: "advance" },
    make: () => ({
      async run(_input, outputs) {
        const settled: SendOptions["settled"] = (outcome, statuses) => {
          calls += 1;
          heard = { outcome, statuses };
        };
        await outputs.stream("s").send(data, 1, { settled });
      },
    }),
  };
  const result = await createRun(graphOf({ in: asking, ...nodes }, edges, { graceMs: 500 }), testHost()).start();
  return { outcome: heard?.outcome, statuses: heard?.statuses ?? [], calls, result };
}

const done: TestNode["make"] = sink([]);
const refusing = (status: "failed" | "throttled" | "invalid", records?: readonly number[]): TestNode["make"] =>
  each((batch) => batch.refuse(status, records && { records }));
const losing: TestNode["make"] = each((batch) => batch.fail(new Error("the disk is gone")));

describe("a batch that takes several edges", () => {
  it("is done when every delivery is", async () => {
    expect(await settle({ a: done, b: done }, ["in > a", "in > b"])).toMatchObject({
      outcome: { state: "done" },
      statuses: ["done", "done", "done", "done"],
      calls: 1,
    });
  });

  it("is partial when one is done and one refused", async () => {
    expect(await settle({ a: done, b: refusing("throttled") }, ["in > a", "in > b"])).toMatchObject({
      outcome: { state: "refused", status: "partial" },
      statuses: ["partial", "partial", "partial", "partial"],
    });
  });

  it("has the gravest answer when none is done", async () => {
    expect((await settle({ a: refusing("throttled"), b: refusing("invalid") }, ["in > a", "in > b"])).outcome).toEqual({ state: "refused", status: "invalid" });
  });

  it("is lost when one delivery is lost, and its records are partial", async () => {
    const { outcome, statuses } = await settle({ a: done, b: losing }, ["in > a", "in > b"]);
    expect(outcome).toMatchObject({ state: "lost", partial: true, cause: { message: "the disk is gone" } });
    expect(statuses).toEqual(["partial", "partial", "partial", "partial"]);
  });
});

describe("answers record by record", () => {
  it("come back through a batch that is passed on whole", async () => {
    const pass = each((batch, send) => send(batch.data, { origin: { batch } }));
    expect((await settle({ pass, out: refusing("invalid", [1]) }, ["in > pass > out"])).statuses).toEqual(["done", "invalid", "done", "done"]);
  });

  it("come back to the records that were selected; a record that was dropped is done", async () => {
    const odd = each((batch, send) => send(numbers(...batch.data.values.filter((value) => value % 2 === 1)), { origin: { batch, records: [1, 3] } }));
    expect((await settle({ odd, out: refusing("failed", [1]) }, ["in > odd > out"])).statuses).toEqual(["done", "done", "done", "failed"]);
  });

  it("come back to the record that several were made of", async () => {
    const twice = each((batch, send) =>
      send(numbers(...batch.data.values.flatMap((value) => [value, value])), { origin: { batch, records: [0, 0, 1, 1, 2, 2, 3, 3] } }),
    );
    expect((await settle({ twice, out: refusing("throttled", [2, 4, 5]) }, ["in > twice > out"])).statuses).toEqual(["done", "partial", "throttled", "done"]);
  });

  it("are joined over the arms of a diamond", async () => {
    const arm = (drop: number): TestNode["make"] =>
      each((batch, send) => {
        const records = [0, 1, 2, 3].filter((record) => record !== drop);
        return send(numbers(...records), { origin: { batch, records } });
      });
    const out = each((batch) =>
      batch.refuse("invalid", { records: batch.data.values.flatMap((value, index) => (value >= 2 && batch.from === "a" ? [index] : [])) }),
    );
    const { statuses } = await settle({ a: arm(0), b: arm(3), out }, ["in > a > out", "in > b > out"]);
    // The arm b dropped record 3 on purpose, which is done; the arm a was told that it is invalid.
    expect(statuses).toEqual(["done", "done", "partial", "partial"]);
  });

  it("are the same for all records where the sender did not say which stem from which", async () => {
    const pass = each((batch, send) => send(batch.data));
    expect((await settle({ pass, out: refusing("invalid", [1]) }, ["in > pass > out"])).statuses).toEqual(["partial", "partial", "partial", "partial"]);
  });

  it("can be given one by one by a hold", async () => {
    const out = each((batch) => {
      const hold = batch.hold();
      setTimeout(
        () =>
          hold.refuseEach([
            { status: "invalid", records: [0] },
            { status: "throttled", records: [2, 99] },
          ]),
        5,
      );
    });
    expect((await settle({ out }, ["in > out"])).statuses).toEqual(["invalid", "done", "throttled", "done"]);
  });
});

describe("retry", () => {
  it("repeats one delivery and no sibling, with the attempt counted", async () => {
    const seen: string[] = [];
    const a = each((batch) => void seen.push(`a${batch.attempt}`));
    const b = each((batch) => {
      seen.push(`b${batch.attempt}`);
      if (batch.attempt < 3) batch.retry(5);
    });
    const { outcome, calls } = await settle({ a, b }, ["in > a", "in > b"]);
    expect(seen.toSorted()).toEqual(["a1", "b1", "b2", "b3"]);
    expect([outcome, calls]).toEqual([{ state: "done" }, 1]);
  });

  it("forgets what the earlier attempt answered, and waits for what it sent", async () => {
    const order: string[] = [];
    const again = each(async (batch, send) => {
      await send(batch.data);
      if (batch.attempt === 1) {
        batch.refuse("failed");
        batch.retry(0);
      }
      order.push(`attempt ${batch.attempt}`);
    });
    const slow = each(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      order.push("written");
    });
    expect((await settle({ again, slow }, ["in > again > slow"])).outcome).toEqual({ state: "done" });
    expect(order).toEqual(["attempt 1", "written", "attempt 2", "written"]);
  });
});

describe("holds", () => {
  it("keep a batch open, and what is sent meanwhile has all open batches as parents", async () => {
    let held: Hold | undefined;
    const positions: number[] = [];
    const collect: TestNode["make"] = () => ({
      async run(input, outputs) {
        const holds: Hold[] = [];
        const values: number[] = [];
        for await (const batch of input) {
          holds.push(batch.hold());
          values.push(...batch.data.values);
        }
        await outputs.send(numbers(...values));
        for (const hold of holds) hold.release();
      },
    });
    const late = each((batch) => {
      held = batch.hold();
    });
    const running = createRun(graphOf({ in: source([numbers(1), numbers(2)], positions), collect, late }, ["in > collect > late"]), testHost()).start();
    await until(() => held !== undefined);
    expect(positions).toEqual([]);
    held?.release();
    held?.fail(new Error("a hold ends once"));
    expect(await running).toMatchObject({ state: "finished", done: { batches: 2 } });
    expect(positions).toEqual([2]);
  });

  it("let a time-out answer who waits while the lineage lives on", async () => {
    let release: (() => void) | undefined;
    let parts: string[] = [];
    const impatient: TestNode["make"] = (ctx) => ({
      async run(input, outputs) {
        for await (const batch of input) {
          const hold = batch.hold();
          ctx.clock.after(10, () => hold.refuse("timed-out"));
          await outputs.detached.send(batch.data, { settled: (outcome) => parts.push(outcome.state) });
        }
      },
    });
    const slow = each((batch) => {
      const hold = batch.hold();
      release = () => hold.release();
    });
    const outcomes: Outcome[] = [];
    const asking: TestNode["make"] = () => ({
      async run(_input, outputs) {
        await outputs.send(numbers(1), { settled: (outcome) => outcomes.push(outcome) });
      },
    });
    const running = createRun(graphOf({ in: asking, impatient, slow }, ["in > impatient > slow"]), testHost()).start();
    await until(() => outcomes.length > 0);
    expect([outcomes, parts]).toEqual([[{ state: "refused", status: "timed-out" }], []]);
    release?.();
    await running;
    expect(parts).toEqual(["done"]);
    parts = [];
  });

  it("that are never released end as lost, with the run", async () => {
    const never = each((batch) => void batch.hold());
    const host = testHost();
    const run = createRun(graphOf({ in: source([numbers(1)]), never }, ["in > never"], { graceMs: 20 }), host);
    const running = run.start();
    await until(() => run.stats()[1]?.open === 1);
    run.drain("enough");
    expect(await running).toMatchObject({ state: "drained", lost: { batches: 1, records: 1 } });
  });
});

describe("what a plugin does against the rules", () => {
  const failing = async (make: TestNode["make"]): Promise<string> => {
    const graph = graphOf({ in: source([numbers(1), numbers(2)]), bad: make, out: sink([]) }, ["in > bad > out"], { graceMs: 100 });
    const { error } = await createRun(graph, testHost()).start();
    return `${error?.code}: ${error?.message}`;
  };

  it("to hold a batch that it has let go, is an error in its name", async () => {
    let first: Batch | undefined;
    expect(
      await failing(
        each((batch) => {
          (first ??= batch) === batch || first.hold();
        }),
      ),
    ).toMatchInlineSnapshot(`"MILLRACE_RUN_NODE: node 'bad' called hold on a batch that it had already let go"`);
  });

  it("to send from a batch that it has let go, is an error in its name", async () => {
    let first: Batch<NumberBatch> | undefined;
    expect(await failing(each((batch, send) => send(batch.data, { origin: { batch: (first ??= batch) } })))).toMatchInlineSnapshot(
      `"MILLRACE_RUN_NODE: node 'bad' sent from a batch that it has let go, or that is none of its own"`,
    );
  });

  it("to name records that don't exist, is an error in its name", async () => {
    expect(await failing(each((batch, send) => send(batch.data, { origin: { batch, records: [7] } })))).toMatchInlineSnapshot(
      `"MILLRACE_RUN_NODE: node 'bad' sent a record that stems from record 7 of a batch of 1"`,
    );
  });

  it("to answer a batch that it has let go, is counted and does no harm", async () => {
    let first: Batch | undefined;
    const host = testHost();
    const bad = each((batch) => {
      (first ??= batch) === batch || first.refuse("failed");
    });
    const run = createRun(graphOf({ in: source([numbers(1), numbers(2)]), bad }, ["in > bad"]), host);
    expect(await run.start()).toMatchObject({ state: "finished", done: { batches: 2 } });
    expect(run.stats()[1]?.errors).toBe(1);
    expect(host.lines).toEqual(["warn pipeline: node 'bad' answered a batch after it had let it go: hold a batch to answer it later"]);
  });
});

it("a place in a stream is passed on to what is made of a batch, as long as it is one", async () => {
  const seen: unknown[] = [];
  const pair: TestNode["make"] = () => ({
    async run(input, outputs) {
      const holds: Hold[] = [];
      for await (const batch of input) {
        await outputs.send(numbers(0), { origin: { batch } });
        holds.push(batch.hold());
      }
      await outputs.send(numbers(9));
      for (const hold of holds) hold.release();
    },
  });
  const out = each((batch) => void seen.push([batch.data.values[0], batch.origin, batch.from]));
  await createRun(graphOf({ in: source([numbers(1), numbers(2)]), pair, out }, ["in > pair > out"]), testHost()).start();
  expect(seen).toEqual([
    [0, { stream: "s", place: 1 }, "pair"],
    [0, { stream: "s", place: 2 }, "pair"],
    [9, undefined, "pair"],
  ]);
});

it("a place that falls is an error in the name of the source", async () => {
  const backwards: TestNode["make"] = () => ({
    async run(_input, outputs) {
      const stream = outputs.stream("log");
      await stream.send(numbers(1), 5);
      await stream.send(numbers(2), 4);
    },
  });
  const { error } = await createRun(graphOf({ in: backwards, out: sink([]) }, ["in > out"]), testHost()).start();
  expect(error?.message).toMatchInlineSnapshot(`"node 'in' sent place 4 of stream 'log' after place 5"`);
});
