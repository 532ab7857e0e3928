import { describe, expect, it } from "vitest";
import { simulate } from "../src/index.ts";

/** How many seeds each test plays. The command plays as many as it is told to: see docs/settlement.md. */
const SEEDS = 500;

describe("the rules of settlement hold in random graphs, through faults, kills, drains and restarts", () => {
  for (const [name, from] of [
    ["first", 1],
    ["second", 1 + SEEDS],
    ["third", 1 + 2 * SEEDS],
    ["fourth", 1 + 3 * SEEDS],
  ] as const) {
    it(`for the ${name} ${SEEDS} seeds`, async () => {
      for (let seed = from; seed < from + SEEDS; seed++) {
        const { violations, lives } = await simulate(seed);
        expect(
          violations,
          `seed ${seed}: ${lives.join(", ")}; trace it by: node --conditions=@millrace/source packages/core-contract/src/simulate.ts --seed ${seed} --trace`,
        ).toEqual([]);
      }
    });
  }

  it("the same in every run of a seed", async () => {
    const lines: string[][] = [[], []];
    for (const trace of lines) await simulate(77, (line) => void trace.push(line));
    expect(lines[0]?.length).toBeGreaterThan(100);
    expect(lines[0]).toEqual(lines[1]);
  });
});
