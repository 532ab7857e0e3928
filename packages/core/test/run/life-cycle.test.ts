import type { Node, PluginContext } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { createRun, type Run, virtualClock } from "../../src/index.ts";
import { each, graphOf, type NumberBatch, numbers, sink, source, type TestNode, testHost, until } from "./graph-of.ts";

/** Adds notes of every step of a node's life. */
function noted(name: string, notes: string[], node: Node<NumberBatch, NumberBatch>): TestNode["make"] {
  return () => {
    notes.push(`${name} made`);
    return {
      init: () => void notes.push(`${name} init`),
      test: () => void notes.push(`${name} test`),
      async run(input, outputs) {
        notes.push(`${name} run`);
        await node.run(input, outputs);
        notes.push(`${name} ends`);
      },
      cleanup: () => void notes.push(`${name} cleanup`),
    };
  };
}

const reads: Node<NumberBatch, NumberBatch> = {
  async run(input) {
    for await (const _ of input);
  },
};
const passes: Node<NumberBatch, NumberBatch> = {
  async run(input, outputs) {
    for await (const batch of input) await outputs.send(batch.data);
  },
};

/** A source that sends until it drains, a batch a millisecond. */
const endless: TestNode["make"] = (ctx) => ({
  async run(_input, outputs) {
    for (let i = 0; !ctx.draining.aborted; i++) {
      await outputs.send(numbers(i));
      await ctx.clock.sleep(1, ctx.draining);
    }
  },
});

describe("a life", () => {
  it("goes sinks first, and ends from the sources on; sinks are cleaned up first", async () => {
    const notes: string[] = [];
    const feed: Node<NumberBatch, NumberBatch> = {
      async run(_input, outputs) {
        await outputs.send(numbers(1));
      },
    };
    const run = createRun(
      graphOf({ in: noted("in", notes, feed), pass: noted("pass", notes, passes), out: noted("out", notes, reads) }, ["in > pass > out"]),
      testHost(),
    );
    expect(run.state).toBe("new");
    await run.test();
    expect(run.state).toBe("ready");
    await run.start();
    expect(run.state).toBe("finished");
    expect(notes).toEqual([
      "out made",
      "pass made",
      "in made",
      "out init",
      "pass init",
      "in init",
      "in test",
      "pass test",
      "out test",
      "out run",
      "pass run",
      "in run",
      "in ends",
      "pass ends",
      "out ends",
      "out cleanup",
      "pass cleanup",
      "in cleanup",
    ]);
  });

  it("starts once, however often it is asked to", async () => {
    const notes: string[] = [];
    const run = createRun(graphOf({ in: noted("in", notes, { run: () => undefined }) }, []), testHost());
    expect(await run.start()).toBe(await run.start());
    expect(notes.filter((note) => note === "in run").length).toBe(1);
  });
});

describe("a node that is not well", () => {
  /** The error of a test, and who was cleaned up. */
  async function unwell(
    node: Partial<Node<NumberBatch, NumberBatch>>,
    more: Readonly<Record<string, Partial<Node<NumberBatch, NumberBatch>>>> = {},
  ): Promise<string> {
    const clock = virtualClock();
    const cleaned: string[] = [];
    const whole =
      (name: string, part: Partial<Node<NumberBatch, NumberBatch>>): TestNode["make"] =>
      () => ({
        run: () => {
          cleaned.push(`${name} RAN`);
        },
        cleanup: () => void cleaned.push(name),
        ...part,
      });
    const nodes = Object.fromEntries(Object.entries({ in: {}, bad: node, ...more }).map(([name, part]) => [name, whole(name, part)]));
    const run = createRun(graphOf(nodes, []), testHost({ clock }));
    const [ended] = await Promise.allSettled([run.start(), clock.advance(20_000)]);
    if (ended.status === "fulfilled") return "no error";
    const error = ended.reason as { code: string; message: string };
    return `${error.code}: ${error.message} (${run.state}; cleaned up: ${cleaned.join(", ")})`;
  }

  it("ends the run before a record moves, by its name", async () => {
    expect(await unwell({ test: () => false })).toMatchInlineSnapshot(
      `"MILLRACE_RUN_HEALTH: node 'bad': its health check failed (failed; cleaned up: bad, in)"`,
    );
    expect(await unwell({ test: () => Promise.reject(new Error("connection refused")) })).toMatchInlineSnapshot(
      `"MILLRACE_RUN_HEALTH: node 'bad': its health check failed: connection refused (failed; cleaned up: bad, in)"`,
    );
    expect(
      await unwell({
        test: () => {
          throw new Error("no such topic");
        },
      }),
    ).toMatchInlineSnapshot(`"MILLRACE_RUN_HEALTH: node 'bad': its health check failed: no such topic (failed; cleaned up: bad, in)"`);
  });

  it("and never answers, is given up after the time for health checks", async () => {
    expect(await unwell({ test: () => new Promise(() => undefined) })).toMatchInlineSnapshot(
      `"MILLRACE_RUN_HEALTH: node 'bad': its health check gave no answer within 10000 ms (failed; cleaned up: bad, in)"`,
    );
  });

  it("is named with all others", async () => {
    expect(
      await unwell(
        { test: () => false },
        {
          worse: {
            test: () => {
              throw new Error("gone");
            },
          },
        },
      ),
    ).toMatchInlineSnapshot(
      `"MILLRACE_RUN_HEALTH: node 'bad': its health check failed; node 'worse': its health check failed: gone (failed; cleaned up: worse, bad, in)"`,
    );
  });

  it("answers nothing, and is well", async () => {
    expect(await unwell({ test: () => undefined })).toBe("no error");
  });

  it("can't be opened: the run ends by its name", async () => {
    expect(await unwell({ init: () => Promise.reject(new Error("address in use")) })).toMatchInlineSnapshot(
      `"MILLRACE_RUN_INIT: node 'bad': could not be opened: address in use (failed; cleaned up: bad, in)"`,
    );
  });

  it("can't be made: the run ends by its name", async () => {
    const cleaned: string[] = [];
    const graph = graphOf(
      {
        in: () => {
          throw new Error("no such file");
        },
        out: () => ({ run: () => undefined, cleanup: () => void cleaned.push("out") }),
      },
      [],
    );
    await expect(createRun(graph, testHost()).test()).rejects.toMatchObject({
      code: "MILLRACE_RUN_CREATE",
      message: "node 'in': could not be made: no such file",
    });
    expect(cleaned).toEqual(["out"]);
  });

  it("hangs when it is opened: the run can be aborted", async () => {
    const run = createRun(graphOf({ in: () => ({ init: () => new Promise<void>(() => undefined), run: () => undefined }) }, []), testHost());
    const running = run.start();
    await until(() => run.state === "testing");
    run.abort("SIGINT");
    await expect(running).rejects.toMatchObject({ code: "MILLRACE_RUN_ABORTED" });
    expect(run.state).toBe("aborted");
  });
});

describe("a node that throws", () => {
  it("ends the run with its name and the cause; its open batches are lost, and the source keeps its position", async () => {
    const positions: number[] = [];
    const cause = new Error("parser went mad");
    const bad = each((batch) => {
      if (batch.data.values[0] === 2) throw cause;
    });
    const graph = graphOf({ in: source([numbers(1), numbers(2), numbers(3)], positions), bad }, ["in > bad"]);
    const result = await createRun(graph, testHost()).start();
    expect(result).toMatchObject({
      state: "failed",
      error: { code: "MILLRACE_RUN_NODE", message: "node 'bad': parser went mad", cause },
      done: { batches: 1 },
      lost: { batches: 2 },
    });
    expect(positions).toEqual([1]);
  });

  it("lets the other branches finish what they have", async () => {
    const seen: number[] = [];
    const bad = each(() => {
      throw new Error("broken");
    });
    const slow: TestNode["make"] = (ctx) => ({
      async run(input) {
        for await (const batch of input) {
          await ctx.clock.sleep(2);
          seen.push(...batch.data.values);
        }
      },
    });
    const graph = graphOf({ in: source([numbers(1), numbers(2), numbers(3)]), bad, slow }, ["in > bad", "in > slow"]);
    expect((await createRun(graph, testHost()).start()).state).toBe("failed");
    expect(seen).toEqual([1, 2, 3]);
  });

  it("at once, without a promise, or from a callback, or with something that is no error, ends it as well", async () => {
    const at = async (make: TestNode["make"]): Promise<unknown> =>
      (await createRun(graphOf({ in: source([numbers(1)]), bad: make }, ["in > bad"], { graceMs: 50 }), testHost()).start()).error?.message;
    expect(
      await at(() => ({
        run: () => {
          throw new Error("at once");
        },
      })),
    ).toBe("node 'bad': at once");
    expect(await at(() => ({ run: () => Promise.reject("just text") }))).toBe("node 'bad': just text");
    expect(
      await at((ctx) => {
        ctx.onFlush(() => {
          throw new Error("in a callback");
        });
        return reads;
      }),
    ).toBe("node 'bad': in a callback");
    const asking: TestNode["make"] = () => ({
      async run(_input, outputs) {
        await outputs.send(numbers(1), {
          settled: () => {
            throw new Error("in settled");
          },
        });
      },
    });
    expect((await createRun(graphOf({ asking, out: sink([]) }, ["asking > out"]), testHost()).start()).error?.message).toBe("node 'asking': in settled");
  });

  it("in a timer, or in a promise that nobody waits for, ends it as well", async () => {
    const at = async (arm: (clock: PluginContext["clock"], ctx: PluginContext) => void): Promise<unknown> => {
      const make: TestNode["make"] = (ctx) => {
        arm(ctx.clock, ctx);
        return { run: () => ctx.clock.sleep(5000, ctx.draining) };
      };
      return (await createRun(graphOf({ bad: make }, []), testHost()).start()).error?.message;
    };
    expect(
      await at((clock) =>
        clock.after(1, () => {
          throw new Error("in a timer");
        }),
      ),
    ).toBe("node 'bad': in a timer");
    expect(
      await at((clock) =>
        clock.every(1, async () => {
          await Promise.reject(new Error("in a promise"));
        }),
      ),
    ).toBe("node 'bad': in a promise");
    expect(
      await at((clock, ctx) => {
        ctx.onFlush(async () => {
          await Promise.reject(new Error("in a flush"));
        });
        clock.after(1, () => {
          throw new Error("first");
        });
      }),
    ).toBe("node 'bad': first");
  });

  it("after it has ended, is named in the log, and ends nothing", async () => {
    const host = testHost();
    const late: TestNode = {
      spec: { onLost: "advance" },
      make: (ctx) => ({
        run(_input, outputs) {
          ctx.clock.after(1, () => void outputs.send(numbers(1)));
        },
      }),
    };
    const slow: TestNode["make"] = (ctx) => ({ run: () => ctx.clock.sleep(20) });
    const result = await createRun(graphOf({ late, slow, out: sink([]) }, ["late > out", "slow > out"]), host).start();
    expect(result).toMatchObject({ state: "finished", lost: { batches: 1 } });
    expect(host.lines).toContain("error pipeline: node 'late' sent a batch after its run had ended");
  });

  it("while its sender waits for room, lets the sender go", async () => {
    const bad = each(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("killed");
    });
    const graph = graphOf({ in: endless, bad }, [{ from: "in", to: "bad", bounds: { records: 1 } }]);
    expect(await createRun(graph, testHost()).start()).toMatchObject({ state: "failed", error: { message: "node 'bad': killed" }, leftBehind: [] });
  });

  it("in cleanup, fails the run, and keeps nobody else from cleaning up", async () => {
    const cleaned: string[] = [];
    const graph = graphOf(
      {
        in: () => ({ run: () => undefined, cleanup: () => void cleaned.push("in") }),
        out: () => ({ ...reads, cleanup: () => Promise.reject(new Error("disk full")) }),
      },
      ["in > out"],
    );
    const result = await createRun(graph, testHost()).start();
    expect(result).toMatchObject({ state: "failed", error: { code: "MILLRACE_RUN_CLEANUP", message: "node 'out': could not clean up: disk full" } });
    expect(cleaned).toEqual(["in"]);
  });
});

describe("a reader that ends before its input", () => {
  it("loses what it has not taken, and the source's policy decides", async () => {
    const first: TestNode["make"] = () => ({
      async run(input) {
        for await (const _ of input) break;
      },
    });
    const positions: number[] = [];
    const feed: TestNode = { make: source([numbers(1), numbers(2), numbers(3)], positions), spec: { onLost: "advance" } };
    const host = testHost();
    const result = await createRun(graphOf({ in: feed, first }, ["in > first"]), host).start();
    expect(result).toMatchObject({ state: "finished", done: { batches: 1 }, lost: { batches: 2 } });
    expect(positions.at(-1)).toBe(3);
    expect(host.lines[0]).toBe("warn pipeline: 1 record at place 2 of stream 's' of node 'in' lost: node 'first' ended before it took the batch");
  });
});

describe("a drain", () => {
  /** Starts a run on a virtual clock, and lets it work for a while. */
  async function started(
    nodes: Readonly<Record<string, TestNode["make"] | TestNode>>,
    edges: readonly string[],
    graceMs?: number,
  ): Promise<{ run: Run; clock: ReturnType<typeof virtualClock>; result: ReturnType<Run["start"]> }> {
    const clock = virtualClock();
    const run = createRun(graphOf(nodes, edges, graceMs === undefined ? {} : { graceMs }), testHost({ clock }));
    const result = run.start();
    await clock.advance(20);
    expect(run.state).toBe("running");
    return { run, clock, result };
  }

  it("stops the sources, and settles what is in flight", async () => {
    const seen: number[] = [];
    const { run, result } = await started({ in: endless, pass: () => passes, out: sink(seen) }, ["in > pass > out"]);
    run.drain("SIGTERM");
    expect(run.state).toBe("draining");
    const ended = await result;
    expect(ended).toMatchObject({ state: "drained", reason: "SIGTERM", lost: { batches: 0 }, error: undefined });
    expect(ended.done.records).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(10);
  });

  it("tells holders to flush, sets `draining` at once and `signal` only when the grace time is over", async () => {
    const notes: string[] = [];
    const stubborn: TestNode["make"] = (ctx) => {
      ctx.onFlush(() => void notes.push("flush"));
      ctx.draining.addEventListener("abort", () => notes.push(`draining at ${ctx.clock.monotonic()}`));
      ctx.signal.addEventListener("abort", () => notes.push(`signal at ${ctx.clock.monotonic()}`));
      return {
        async run(input) {
          for await (const _ of input) await ctx.clock.sleep(60_000, ctx.signal);
        },
      };
    };
    const { run, clock, result } = await started({ in: endless, stubborn }, ["in > stubborn"]);
    run.drain("SIGTERM");
    await clock.advance(4999);
    expect(run.state).toBe("draining");
    await clock.advance(1);
    const ended = await result;
    expect(ended).toMatchObject({ state: "drained", cutOff: true, leftBehind: [] });
    expect(ended.lost.batches).toBeGreaterThan(0);
    expect([notes[0], notes.at(-1)]).toEqual(["draining at 20", "signal at 5020"]);
    expect(notes).toContain("flush");
  });

  it("leaves a node behind that does not heed the signal, and names it", async () => {
    const deaf = each(() => new Promise<void>(() => undefined));
    const { run, clock, result } = await started({ in: endless, deaf }, ["in > deaf"], 100);
    run.drain("SIGTERM");
    await clock.advance(1200);
    expect(await result).toMatchObject({ state: "drained", leftBehind: ["deaf"] });
  });

  it("waits for ever when the grace time is -1, and can still be aborted", async () => {
    const deaf = each(() => new Promise<void>(() => undefined));
    const { run, clock, result } = await started({ in: endless, deaf }, ["in > deaf"], -1);
    run.drain("SIGTERM");
    await clock.advance(600_000);
    expect(run.state).toBe("draining");
    run.abort("second SIGTERM");
    await clock.advance(100);
    expect(await result).toMatchObject({ state: "aborted", reason: "second SIGTERM", leftBehind: ["deaf"] });
  });

  it("waits for retries, as long as the grace time lasts", async () => {
    const attempts: number[] = [];
    const again = each((batch) => {
      attempts.push(batch.attempt);
      if (batch.attempt < 3) batch.retry(1000);
    });
    const { run, clock, result } = await started(
      {
        in: (ctx) => ({
          async run(_input, outputs) {
            await outputs.send(numbers(1));
            await ctx.clock.sleep(60_000, ctx.draining);
          },
        }),
        again,
      },
      ["in > again"],
    );
    run.drain("SIGTERM");
    await clock.advance(3000);
    expect(await result).toMatchObject({ state: "drained", done: { batches: 1 } });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it("brings forward what waits for a retry, as its wait may outlast the grace time", async () => {
    const attempts: number[] = [];
    const later = each((batch) => {
      attempts.push(batch.attempt);
      if (batch.attempt === 1) batch.retry(3_600_000);
    });
    const once: TestNode["make"] = (ctx) => ({
      async run(_input, outputs) {
        await outputs.send(numbers(1));
        await ctx.clock.sleep(60_000, ctx.draining);
      },
    });
    const { run, clock, result } = await started({ in: once, later }, ["in > later"]);
    expect(attempts).toEqual([1]);
    run.drain("SIGTERM");
    await clock.advance(1);
    expect(await result).toMatchObject({ state: "drained", done: { batches: 1 }, lost: { batches: 0 } });
    expect(attempts).toEqual([1, 2]);
  });

  it("before the start, runs nothing that is new", async () => {
    const seen: number[] = [];
    const run = createRun(graphOf({ in: endless, out: sink(seen) }, ["in > out"]), testHost());
    run.drain("early");
    expect(await run.start()).toMatchObject({ state: "drained" });
    expect(seen).toEqual([]);
  });
});

describe("an abort", () => {
  it("leaves at once: what is in flight is lost, positions stay, nobody hangs", async () => {
    const positions: number[] = [];
    const deaf = each((batch) => (batch.data.values[0] === 1 ? undefined : new Promise<void>(() => undefined)));
    const feed: TestNode["make"] = source([numbers(1), numbers(2), numbers(3)], positions);
    const run = createRun(graphOf({ in: feed, deaf }, ["in > deaf"]), testHost());
    const running = run.start();
    await until(() => positions.length === 1);
    const start = performance.now();
    run.drain("SIGINT");
    run.abort("second SIGINT");
    expect(await running).toMatchObject({ state: "aborted", reason: "second SIGINT", leftBehind: ["deaf"], lost: { batches: 2 } });
    expect(performance.now() - start).toBeLessThan(1500);
    expect(positions).toEqual([1]);
  });

  it("does no harm after the end", async () => {
    const run = createRun(graphOf({ in: source([numbers(1)]), out: sink([]) }, ["in > out"]), testHost());
    const result = await run.start();
    run.abort("late");
    run.drain("late");
    expect([run.state, result.state]).toEqual(["finished", "finished"]);
  });

  it("ends a cleanup that does not come back", async () => {
    const graph = graphOf({ in: source([numbers(1)]), out: () => ({ ...reads, cleanup: () => new Promise<void>(() => undefined) }) }, ["in > out"]);
    const run = createRun(graph, testHost());
    const running = run.start();
    await until(() => run.state === "closing");
    run.abort("SIGINT");
    expect(await running).toMatchObject({ state: "aborted", error: { message: "node 'out': did not clean up in time" } });
  });
});

describe("a cycle", () => {
  it("ends when nothing moves in it and the senders outside have ended", async () => {
    const seen: number[] = [];
    const halve: TestNode["make"] = () => ({
      async run(input, outputs) {
        for await (const batch of input) await outputs.send(numbers(...batch.data.values.map((value) => value / 2)), { origin: { batch } });
      },
    });
    const graph = graphOf({ in: source([numbers(64), numbers(6)]), halve, out: sink(seen) }, [
      "in > halve",
      { from: "halve", to: "halve", elastic: true, takes: (data) => (data.values[0] as number) % 2 === 0 },
      { from: "halve", to: "out", takes: (data) => (data.values[0] as number) % 2 === 1 },
    ]);
    expect(await createRun(graph, testHost()).start()).toMatchObject({ state: "finished", done: { batches: 2 } });
    expect(seen.toSorted()).toEqual([1, 3]);
  });

  it("can be gone round thirty thousand times, one batch the child of the other", async () => {
    const countDown: TestNode["make"] = () => ({
      async run(input, outputs) {
        for await (const batch of input) {
          const value = batch.data.values[0] as number;
          if (value > 0) await outputs.send(numbers(value - 1));
        }
      },
    });
    const graph = graphOf({ in: source([numbers(30_000)]), countDown }, ["in > countDown", { from: "countDown", to: "countDown", elastic: true }]);
    expect(await createRun(graph, testHost()).start()).toMatchObject({ state: "finished", done: { batches: 1 } });
  });

  it("tells those who hold batches in it to flush, so that it can end", async () => {
    const seen: number[] = [];
    const holder: TestNode["make"] = (ctx) => ({
      async run(input, outputs) {
        const held: { values: readonly number[]; release(): void }[] = [];
        ctx.onFlush(() => {
          for (const { values, release } of held.splice(0)) {
            void outputs.send(numbers(...values.map((value) => value - 1)));
            release();
          }
        });
        for await (const batch of input) {
          const hold = batch.hold();
          held.push({ values: batch.data.values, release: () => hold.release() });
        }
      },
    });
    const graph = graphOf({ in: source([numbers(3), numbers(5)]), holder, out: sink(seen) }, [
      "in > holder",
      { from: "holder", to: "holder", elastic: true, takes: (data) => (data.values[0] as number) > 0 },
      { from: "holder", to: "out", takes: (data) => (data.values[0] as number) === 0 },
    ]);
    expect(await createRun(graph, testHost()).start()).toMatchObject({ state: "finished", done: { batches: 2 } });
    expect(seen).toEqual([0, 0]);
  });
});

it("a sender and a reader that never wait leave the event loop its turns", async () => {
  const busy: TestNode["make"] = (ctx) => ({
    async run(_input, outputs) {
      while (!ctx.draining.aborted) await outputs.send(numbers(1));
    },
  });
  const run = createRun(graphOf({ in: busy, out: sink([]) }, ["in > out"]), testHost());
  const running = run.start();
  setTimeout(() => run.drain("a timer"), 20);
  expect((await running).state).toBe("drained");
});

it("a guard lends data to nodes, and takes it back when they have let it go", async () => {
  const notes: string[] = [];
  const seen: number[] = [];
  const pass = each(async (batch, send) => {
    await send(batch.data);
    notes.push("passed");
  });
  await createRun(graphOf({ in: source([numbers(7)]), pass, out: sink(seen) }, ["in > pass > out"]), testHost(), {
    guard: {
      lend: (data, node) => {
        notes.push(`lent to ${node}`);
        return { ...data, behind: data };
      },
      reclaim: (_data, node) => void notes.push(`back from ${node}`),
      unwrap: (data) => ("behind" in data ? (data.behind as typeof data) : data),
    },
  }).start();
  expect(notes).toMatchInlineSnapshot(`
    [
      "lent to pass",
      "lent to out",
      "passed",
      "back from out",
      "back from pass",
    ]
  `);
  expect(seen).toEqual([7]);
});
