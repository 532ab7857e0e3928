import { type ChannelKind, defineChannel, type Outputs } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deque } from "../../src/channel/deque.ts";
import { divide } from "../../src/channel/divide.ts";
import { createRun } from "../../src/index.ts";
import { each, graphOf, type NumberBatch, numberChannel, numbers, sink, source, type TestNode, testHost, until } from "../run/graph-of.ts";

/** A reader that takes one batch for each call of `take`. */
function onDemand(): { make: TestNode["make"]; take(): void; readonly seen: number[] } {
  let permits = 0;
  let wake: () => void = () => undefined;
  const seen: number[] = [];
  return {
    seen,
    take() {
      permits += 1;
      wake();
    },
    make: () => ({
      async run(input) {
        for (;;) {
          while (permits === 0)
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          permits -= 1;
          const batch = await input.next();
          if (batch === undefined) return;
          seen.push(...batch.data.values);
        }
      },
    }),
  };
}

describe("a full channel", () => {
  it("makes the sender wait, and lets it go on when there is room", async () => {
    const reader = onDemand();
    let sent = 0;
    const feed: TestNode["make"] = () => ({
      async run(_input, outputs) {
        for (let i = 0; i < 6; i++) {
          await outputs.send(numbers(i, i));
          sent += 1;
        }
      },
    });
    const run = createRun(graphOf({ in: feed, out: reader.make }, [{ from: "in", to: "out", bounds: { records: 4 } }]), testHost());
    const running = run.start();
    await until(() => sent === 2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([sent, run.stats()[1]?.queued]).toEqual([2, { batches: 2, records: 4, bytes: 32 }]);
    reader.take();
    await until(() => sent === 3);
    for (let i = 0; i < 6; i++) reader.take();
    await running;
    expect(reader.seen).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(run.stats()[0]?.blockedMs).toBeGreaterThan(0);
  });

  it("takes one batch that is larger than itself", async () => {
    const seen: number[] = [];
    const graph = graphOf({ in: source([numbers(1, 2, 3), numbers(4, 5, 6)]), out: sink(seen) }, [{ from: "in", to: "out", bounds: { records: 2, bytes: 1 } }]);
    expect((await createRun(graph, testHost()).start()).state).toBe("finished");
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("keeps the order of a sender that does not wait", async () => {
    const seen: number[] = [];
    const hasty: TestNode["make"] = () => ({
      async run(_input, outputs) {
        await Promise.all([numbers(1, 1, 1), numbers(2), numbers(3, 3), numbers(4)].map((data) => outputs.send(data)));
      },
    });
    await createRun(graphOf({ in: hasty, out: sink(seen) }, [{ from: "in", to: "out", bounds: { records: 3 } }]), testHost()).start();
    expect(seen).toEqual([1, 1, 1, 2, 3, 3, 4]);
  });

  it("of one branch holds back the other, within its bounds", async () => {
    const reader = onDemand();
    const fast: number[] = [];
    const feed = source(Array.from({ length: 20 }, (_, index) => numbers(index)));
    const running = createRun(
      graphOf({ in: feed, slow: reader.make, fast: sink(fast) }, [{ from: "in", to: "slow", bounds: { records: 3 } }, "in > fast"]),
      testHost(),
    ).start();
    await until(() => fast.length === 4);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fast.length).toBe(4);
    for (let i = 0; i < 21; i++) reader.take();
    await running;
    expect([reader.seen.length, fast.length]).toEqual([20, 20]);
  });
});

describe("credit", () => {
  it("bounds what a source has in flight, and tells holders to flush when it is used up", async () => {
    const positions: number[] = [];
    let most = 0;
    let flushes = 0;
    const holder: TestNode["make"] = (ctx) => ({
      async run(input) {
        let holds: { release(): void }[] = [];
        ctx.onFlush(() => {
          flushes += 1;
          most = Math.max(most, holds.length);
          for (const hold of holds.splice(0)) hold.release();
        });
        for await (const batch of input) holds.push(batch.hold());
        for (const hold of holds) hold.release();
        holds = [];
      },
    });
    const feed: TestNode = {
      make: source(
        Array.from({ length: 20 }, (_, index) => numbers(index)),
        positions,
      ),
      spec: { credit: { records: 5 } },
    };
    const result = await createRun(graphOf({ in: feed, holder }, ["in > holder"]), testHost()).start();
    expect(result).toMatchObject({ state: "finished", done: { batches: 20 } });
    expect([most, flushes >= 3, positions.at(-1)]).toEqual([5, true, 20]);
  });

  it("is enough for one batch, whatever its size", async () => {
    const feed: TestNode = { make: source([numbers(1, 2, 3), numbers(4, 5, 6)]), spec: { credit: { records: 2, bytes: 1 } } };
    expect(await createRun(graphOf({ in: feed, out: sink([]) }, ["in > out"]), testHost()).start()).toMatchObject({ state: "finished", done: { batches: 2 } });
  });

  it("is charged for what waits on an edge that leads back", async () => {
    const sent: number[] = [];
    const feed: TestNode = {
      spec: { credit: { records: 4 } },
      make: () => ({
        async run(_input, outputs) {
          for (let i = 0; i < 8; i++) {
            await outputs.send(numbers(i));
            sent.push(i);
          }
        },
      }),
    };
    const around: TestNode["make"] = () => ({
      async run(input, outputs) {
        for await (const batch of input) if (batch.from === "in") await outputs.send(numbers(...batch.data.values.flatMap((value) => [value, value])));
      },
    });
    const result = await createRun(graphOf({ in: feed, around }, ["in > around", { from: "around", to: "around", elastic: true }]), testHost()).start();
    expect(result).toMatchObject({ state: "finished", done: { batches: 8 } });
    expect(sent.length).toBe(8);
  });
});

describe("edges", () => {
  it("take what their match takes; what none takes is done and counted", async () => {
    const odd: number[] = [];
    const big: number[] = [];
    const positions: number[] = [];
    const run = createRun(
      graphOf({ in: source([numbers(1), numbers(2), numbers(11), numbers(12)], positions), odd: sink(odd), big: sink(big) }, [
        { from: "in", to: "odd", takes: (data) => (data.values[0] as number) % 2 === 1 },
        { from: "in", to: "big", takes: (data) => (data.values[0] as number) > 10 },
      ]),
      testHost(),
    );
    expect(await run.start()).toMatchObject({ state: "finished", done: { batches: 4 } });
    expect([odd, big, run.stats()[0]?.unrouted, positions.at(-1)]).toEqual([[1, 11], [11, 12], 1, 4]);
  });

  it("whose match throws, end the run in the name of the sender", async () => {
    const graph = graphOf({ in: source([numbers(1)]), out: sink([]) }, [
      {
        from: "in",
        to: "out",
        takes: () => {
          throw new Error("bad pattern");
        },
      },
    ]);
    expect(await createRun(graph, testHost()).start()).toMatchObject({
      state: "failed",
      error: { message: "1 record at place 1 of stream 's' of node 'in' lost: bad pattern" },
      lost: { batches: 1 },
    });
  });

  it("that share a queue compete: each batch goes to one, in turn, and to any that has room", async () => {
    const slow = onDemand();
    const quick: number[] = [];
    const all: number[] = [];
    const feed = source(Array.from({ length: 10 }, (_, index) => numbers(index)));
    const running = createRun(
      graphOf({ in: feed, slow: slow.make, quick: sink(quick), all: sink(all) }, [
        { from: "in", to: "slow", queue: "workers", bounds: { records: 2 } },
        { from: "in", to: "quick", queue: "workers", bounds: { records: 2 } },
        "in > all",
      ]),
      testHost(),
    ).start();
    await until(() => all.length === 10 && quick.length === 8);
    for (let i = 0; i < 4; i++) slow.take();
    expect(await running).toMatchObject({ state: "finished", done: { batches: 10 } });
    expect([...slow.seen, ...quick].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(slow.seen.length).toBe(2);
  });

  it("are chosen one by one by their names and ports", async () => {
    const a: number[] = [];
    const b: number[] = [];
    let names: unknown;
    const choose: TestNode["make"] = () => ({
      async run(input, outputs: Outputs<NumberBatch>) {
        names = outputs.edges.map(({ to, port }) => [to, port]);
        for await (const batch of input) await outputs.edges[(batch.data.values[0] as number) % 2]?.send(batch.data);
      },
    });
    await createRun(
      graphOf({ in: source([numbers(0), numbers(1), numbers(2)]), choose, a: sink(a), b: sink(b) }, [
        "in > choose",
        { from: "choose", to: "a", port: "left" },
        "choose > b",
      ]),
      testHost(),
    ).start();
    expect([names, a, b]).toEqual([
      [
        ["a", "left"],
        ["b", undefined],
      ],
      [0, 2],
      [1],
    ]);
  });

  it("that lead to one node are read in turn, each in its order", async () => {
    const seen: string[] = [];
    const feed = source(Array.from({ length: 5 }, (_, index) => numbers(index)));
    const out: TestNode["make"] = () => ({
      async run(input) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        for await (const batch of input) seen.push(`${batch.from}${batch.data.values[0]}`);
      },
    });
    await createRun(graphOf({ a: feed, b: feed, out }, ["a > out", "b > out"]), testHost()).start();
    expect(seen).toEqual(["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"]);
  });
});

it("a node that asks for two batches at once gets an error in its name", async () => {
  const greedy: TestNode["make"] = () => ({
    async run(input) {
      await Promise.all([input.next(), input.next()]);
    },
  });
  const slow: TestNode["make"] = (ctx) => ({ run: () => ctx.clock.sleep(1000, ctx.draining) });
  const { error } = await createRun(graphOf({ in: slow, greedy }, ["in > greedy"]), testHost()).start();
  expect(error?.message).toMatchInlineSnapshot(`"node 'greedy' asked its input for a batch while an earlier call was still waiting"`);
});

describe("a batch that is too large", () => {
  it("is divided, and the answers come back to its records", async () => {
    const sizes: number[] = [];
    let statuses: readonly string[] = [];
    const asking: TestNode["make"] = () => ({
      async run(_input, outputs) {
        const data = numbers(...Array.from({ length: 10_000 }, (_, index) => index));
        await outputs.send(data, {
          settled: (_outcome, each) => {
            statuses = each;
          },
        });
      },
    });
    const out = each((batch) => {
      sizes.push(batch.data.records);
      batch.refuse("invalid", { records: batch.data.values.flatMap((value, index) => (value === 9_000 ? [index] : [])) });
    });
    await createRun(graphOf({ in: asking, out }, ["in > out"]), testHost()).start();
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
    expect(statuses.flatMap((status, index) => (status === "done" ? [] : [`${status} ${index}`]))).toEqual(["invalid 9000"]);
  });

  it("is divided into parts that are small enough, or have one record, and lose nothing", () => {
    const kind: ChannelKind<NumberBatch> = defineChannel<NumberBatch>({
      name: "weights",
      slice: (data, from, to) => weights(data.values.slice(from, to)),
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 60 }), (values) => {
        const parts = divide(weights(values), kind as unknown as ChannelKind);
        expect(parts.flatMap((part) => [...(part.data as NumberBatch).values])).toEqual(values);
        let offset = 0;
        for (const part of parts) {
          expect(part.offset).toBe(offset);
          expect(part.data.records === 1 || part.data.bytes <= 262_144).toBe(true);
          offset += part.data.records;
        }
      }),
      { numRuns: 50 },
    );
  });

  it("stays whole where its kind can't be divided", () => {
    const data = numbers(...Array.from({ length: 5000 }, () => 1));
    expect(divide(data, { ...numberChannel, slice: undefined } as unknown as ChannelKind)).toEqual([{ data, offset: 0 }]);
  });
});

function weights(values: readonly number[]): NumberBatch {
  return { values, records: values.length, bytes: values.reduce((sum, value) => sum + value, 0) };
}

it("a queue gives back what it took, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 9 }), { freq: 2 })), (steps) => {
      const queue = new Deque<number>();
      const model: number[] = [];
      // What stands in a queue is an object of its own: no value comes twice.
      let pushed = 0;
      for (const step of steps) {
        if (step === null) expect(queue.shift()).toBe(model.shift());
        else if (step === 9 && model.length > 0) {
          const middle = model[model.length >> 1] as number;
          model.splice(model.indexOf(middle), 1);
          queue.remove(queue.find((value) => value === middle) as number);
        } else {
          queue.push(pushed);
          model.push(pushed);
          pushed += 1;
        }
        expect([...queue]).toEqual(model);
        expect([queue.length, queue.peek()]).toEqual([model.length, model[0]]);
      }
    }),
  );
});
