import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SysflowBatch } from "@millrace/api/sysflow";
import { writeTrace } from "@millrace/sysflow";
import { type Harness, harness, podScene } from "@millrace/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

// Not compressed, so that it is large enough for a thread of its own.
const { records } = podScene();
const MARKER = Buffer.alloc(16, 9);
let folder: string;
let whole: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-threads-"));
  whole = Buffer.from(await writeTrace(Array.from({ length: 250 }, () => records).flat(), { codec: "null", sync: MARKER }));
  await writeFile(join(folder, "whole.sf"), whole);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(path: string, options: Record<string, unknown>): Promise<Harness<never, SysflowBatch>> {
  return harness<never, SysflowBatch>(plugin, { options: { path: join(folder, path), ...options }, clock: "system" });
}

/** All that comes of a run: what is sent and from where, how it ends, what is said. */
async function outcome(path: string, options: Record<string, unknown>): Promise<unknown> {
  await using h = await run(path, options);
  const { state, error } = await h.finished();
  return {
    state,
    error: error?.message,
    cause: (error?.cause as { readonly code?: string } | undefined)?.code,
    // A batch may end elsewhere, since reading ahead changes where one waits for bytes; its records are the same.
    records: h.sent.flatMap((batch) => [...batch]),
    place: h.deliveries.at(-1)?.origin?.place,
    warnings: h.log("warn"),
  };
}

describe("a trace that a thread of its own reads", () => {
  it("is long enough for this test to mean anything", () => {
    expect(whole.length).toBeGreaterThan(600_000);
  });

  it("comes as the same records", async () => {
    const [one, two] = [await outcome("whole.sf", { threads: 1 }), await outcome("whole.sf", { threads: 2 })];
    expect(two).toEqual(one);
    expect(one).toMatchObject({ state: "finished", place: whole.length });
  });

  it("ends at damage with the same error, and is read on behind it with the same warning", async () => {
    const bytes = Buffer.from(whole);
    const middle = bytes.indexOf(MARKER, bytes.length / 2);
    bytes.fill(0xff, middle - 40, middle - 8);
    await writeFile(join(folder, "bad.sf"), bytes);
    for (const onCorrupt of ["stop", "skip"]) {
      const [one, two] = [await outcome("bad.sf", { threads: 1, "on-corrupt": onCorrupt }), await outcome("bad.sf", { threads: 2, "on-corrupt": onCorrupt })];
      expect(two).toEqual(one);
      expect(one).toMatchObject(onCorrupt === "stop" ? { state: "failed", cause: "MILLRACE_TRACE_CORRUPT" } : { state: "finished" });
    }
  });

  it("that is none is an error in the same words", async () => {
    await writeFile(join(folder, "text.sf"), "x".repeat(600_000));
    expect(await outcome("text.sf", { threads: 2 })).toEqual(await outcome("text.sf", { threads: 1 }));
  });

  it("is left in the middle when the run ends", async () => {
    await using h = await run("whole.sf", { threads: 2 });
    await h.until("a batch", () => h.stats.out.batches > 0);
    const result = await h.stop();
    expect(result.state).toBe("drained");
  });
});
