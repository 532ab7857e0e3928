/**
 * What a batch costs on its way through a node, beside the node's own work. Not a test: run it by
 * `node --conditions=@millrace/source packages/core/test/run/overhead.bench.ts`.
 */
import { createRun, systemClock } from "../../src/index.ts";
import { each, graphOf, type NumberBatch, numbers, type TestNode, testHost } from "./graph-of.ts";

const BATCHES = 1_000_000;
const data: NumberBatch = numbers(1, 2, 3, 4);

function endless(count: number): TestNode["make"] {
  return () => ({
    async run(_input, outputs) {
      const stream = outputs.stream("s");
      for (let i = 0; i < count; i++) {
        const full = stream.send(data, i);
        if (full !== undefined) await full;
      }
    },
  });
}

const discard: TestNode["make"] = () => ({
  async run(input) {
    for (;;) {
      const next = input.next();
      if ((next instanceof Promise ? await next : next) === undefined) return;
    }
  },
});

const pass: TestNode["make"] = () => ({
  async run(input, outputs) {
    for (;;) {
      const next = input.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === undefined) return;
      const full = outputs.send(batch.data);
      if (full !== undefined) await full;
    }
  },
});

async function measure(name: string, hops: number, make: () => ReturnType<typeof graphOf>): Promise<void> {
  const start = systemClock.monotonic();
  const cpu = process.cpuUsage();
  const result = await createRun(make(), testHost()).start();
  const ms = systemClock.monotonic() - start;
  // The time of the processor says more than the clock's where others are at work on the machine.
  const { user, system } = process.cpuUsage(cpu);
  const perHop = (user + system) / BATCHES / hops;
  console.log(
    `${name}: ${Math.round(BATCHES / ms)} k batches/s, ${perHop.toFixed(2)} µs of CPU a batch and edge (${result.state}, ${result.done.batches} done)`,
  );
}

for (let round = 0; round < 2; round++) {
  await measure("source > sink", 1, () => graphOf({ in: endless(BATCHES), out: discard }, ["in > out"]));
  await measure("source > pass > sink", 2, () => graphOf({ in: endless(BATCHES), pass, out: discard }, ["in > pass > out"]));
  await measure("source > pass > pass > pass > sink", 4, () =>
    graphOf({ in: endless(BATCHES), a: pass, b: pass, c: pass, out: discard }, ["in > a > b > c > out"]),
  );
  await measure("source > for await > sink", 2, () =>
    graphOf({ in: endless(BATCHES), pass: each((batch, send) => send(batch.data)), out: discard }, ["in > pass > out"]),
  );
  await measure("with slots", 2, () =>
    graphOf({ in: endless(BATCHES), pass: each((batch, send) => send(batch.data, { origin: { batch } })), out: discard }, ["in > pass > out"]),
  );
}
