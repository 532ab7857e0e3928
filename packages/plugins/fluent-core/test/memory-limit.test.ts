import { MillraceError, type Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import { describe, expect, it } from "vitest";
import { runPipeline } from "./pipeline.ts";

/** An output that fails until so much virtual time has passed. */
const dead = (untilMs: number): Plugin =>
  defineOutput({
    name: "dead",
    description: "Fails for some time",
    create: () => ({
      flush: (ctx) => {
        if (ctx.clock.monotonic() < untilMs) throw new MillraceError("MILLRACE_TEST", "down", { retryable: true });
      },
    }),
  });

const pauses = (lines: readonly string[]): string[] => lines.filter((line) => /pausing|paused|resume/.test(line));

describe("mem_buf_limit", () => {
  it("pauses the input when chunks hold more of it, and resumes when they hold less", async () => {
    const { lines, result } = await runPipeline({
      inputs: [{ plugin: "dummy", options: { rate: "50" }, instance: { mem_buf_limit: "1K" } }],
      outputs: [{ plugin: "dead", instance: { retry_limit: "no_limits" } }, { plugin: "counter" }],
      service: { "scheduler.base": 1, "scheduler.cap": 1 },
      plugins: [dead(2500)],
      ms: 4000,
    });
    expect(pauses(lines).slice(0, 4)).toEqual([
      "[warn] [dummy.0] dummy.0 paused (mem buf overlimit - event of size 28B exceeded limit 1000 to 1008B)",
      "[info] [dummy.0] pausing dummy.0",
      "[info] [dummy.0] resume dummy.0",
      "[info] [dummy.0] dummy.0 resume (mem buf overlimit - buf size 0B now below limit 1000B)",
    ]);
    expect(result.state).toBe("drained");
  });

  it("holds for its input alone, and loses nothing of it", async () => {
    const { stdout, lines } = await runPipeline({
      inputs: [
        { plugin: "dummy", options: { rate: "50", dummy: '{"n":1}' }, instance: { mem_buf_limit: 500, tag: "small" } },
        { plugin: "dummy", options: { rate: "50", dummy: '{"n":2}' }, instance: { tag: "large" } },
      ],
      outputs: [{ plugin: "stdout" }],
      ms: 3000,
    });
    const count = (tag: string): number => stdout.split(`${tag}:`).length - 1;
    expect(count("large")).toBe(151);
    // 30 of 17 bytes are more than 500, and one is under way when it pauses: so many for each flush.
    expect(count("small")).toBe(3 * 31);
    expect(new Set(pauses(lines).map((line) => line.split(" ")[1]))).toEqual(new Set(["[dummy.0]"]));
  });

  it("that is no size keeps the run from starting", async () => {
    await expect(runPipeline({ inputs: [{ plugin: "dummy", instance: { mem_buf_limit: "5 apples" } }], outputs: [{ plugin: "null" }] })).rejects.toThrow(
      "node 'dummy.0': could not be made: mem_buf_limit is no size: 5 apples",
    );
  });
});
