import { describe, expect, it } from "vitest";
import { createRun } from "../../src/index.ts";
import { each, graphOf, numbers, sink, source, testHost } from "./graph-of.ts";

describe("a run", () => {
  it("carries batches from a source to a sink, and moves the position", async () => {
    const seen: number[] = [];
    const positions: number[] = [];
    const graph = graphOf(
      { in: source([numbers(1, 2), numbers(3), numbers(4, 5)], positions), pass: each((batch, send) => send(batch.data)), out: sink(seen) },
      ["in > pass > out"],
    );
    const result = await createRun(graph, testHost()).start();
    expect(result).toMatchObject({ state: "finished", done: { batches: 3, records: 5 }, lost: { batches: 0 }, error: undefined });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(positions.at(-1)).toBe(3);
  });
});
