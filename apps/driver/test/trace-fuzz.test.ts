import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { isMillraceError } from "@millrace/api";
import type { EventBatch, FlatBatch, SysflowBatch } from "@millrace/api/sysflow";
import { plugin as exporter } from "@millrace/plugin-exporter";
import { plugin as policyEngine } from "@millrace/plugin-policy-engine";
import { flattener, reader } from "@millrace/plugin-sysflow-reader";
import { readTrace, type SysflowRows, type TraceDamage } from "@millrace/sysflow";
import { exampleTraces, harness } from "@millrace/testkit";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "./support/scratch.ts";

/** How long a damaged trace may take through the whole pipeline, on a busy machine; and how much memory. */
const MOST_MS = 10_000;
const MOST_MEGABYTES = 300;

const scratch = scratchFolder();
const rules = join(import.meta.dirname, "exports/operators/operators.yaml");
/** A trace with all that is rare, whose bytes the decoder meets as they are, and one whose blocks are inflated first. */
const traces: Buffer[] = [];

beforeAll(async () => {
  const scene = (exampleTraces["rare.sf"] as (typeof exampleTraces)[string])();
  for (const codec of ["null", "deflate"] as const) traces.push(Buffer.from(await scene.trace({ codec, blockBytes: 600 })));
});

/** Damages of a file: flipped bits, numbers that are far too large where any byte stood, a hole, and an end too early. */
const damages = fc.record({
  trace: fc.nat(1),
  // The head is the larger part of a small trace, and nothing can be read where it is damaged.
  head: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 7, arbitrary: fc.constant(false) }),
  flips: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(7)), { maxLength: 12 }),
  lengths: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.constantFrom("feffffff0f", "ffffffff0f", "feffffffffffffffff01", "80808080")), {
    maxLength: 2,
  }),
  hole: fc.option(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(300)), { freq: 4 }),
  end: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
});

describe("a trace with flipped bits, holes and huge lengths", () => {
  it("goes through the whole pipeline: what can be read is judged and exported as JSON, the rest is told", async () => {
    const before = process.memoryUsage.rss();
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(damages, fc.constantFrom("json", "ecs"), async ({ trace, head, flips, lengths, hole, end }, format) => {
        let bytes = Buffer.from(traces[trace] as Buffer);
        const from = head ? 0 : headOf(bytes).length;
        const place = (at: number): number => from + Math.floor(at * (bytes.length - from));
        for (const [at, bit] of flips) bytes[place(at)] = (bytes[place(at)] as number) ^ (1 << bit);
        for (const [at, huge] of lengths) Buffer.from(huge, "hex").copy(bytes, place(at));
        if (hole !== null) bytes = Buffer.concat([bytes.subarray(0, place(hole[0])), bytes.subarray(place(hole[0]) + hole[1])]);
        if (end !== null) bytes = bytes.subarray(0, place(end));
        const begun = performance.now();
        lines += await exportedLines(await batchesOf(bytes), format);
        expect(performance.now() - begun).toBeLessThan(MOST_MS);
      }),
      { numRuns: 60 },
    );
    expect(lines).toBeGreaterThan(100);
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(MOST_MEGABYTES);
  });

  it("takes no memory for what a small block claims to become", async () => {
    const [plain] = traces as [Buffer];
    const head = headOf(plain);
    const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    const bytes = Buffer.concat([
      Buffer.from(head.toString("latin1").replace("\u0008null", "\u000edeflate"), "latin1"),
      varint(1000),
      varint(bomb.length),
      bomb,
      plain.subarray(head.length - 16, head.length),
    ]);
    const before = process.memoryUsage.rss();
    const told: string[] = [];
    expect(await batchesOf(bytes, ({ reason }) => told.push(reason))).toEqual([]);
    expect(told).toMatchInlineSnapshot(`
      [
        "it can't be inflated: Cannot create a Buffer larger than 67108864 bytes",
      ]
    `);
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(MOST_MEGABYTES);
  });
});

/** All that can be read of a trace. Its head may be what is damaged: that is an error with a code. */
async function batchesOf(bytes: Buffer, damaged: (damage: TraceDamage) => void = () => undefined): Promise<SysflowRows[]> {
  let at = 0;
  const read = (into: Buffer): number => {
    const count = bytes.copy(into, 0, at);
    at += count;
    return count;
  };
  const batches: SysflowRows[] = [];
  try {
    for await (const { rows } of readTrace(read, { file: "damaged.sf", onCorrupt: "skip", damaged })) batches.push(rows);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    expect(error.code).toMatch(/^MILLRACE_TRACE_/);
  }
  return batches;
}

async function exportedLines(batches: readonly SysflowBatch[], format: string): Promise<number> {
  const flat = await harness<SysflowBatch, FlatBatch>(reader, { hosted: { handler: flattener }, input: batches });
  expect(await flat.finished()).toMatchObject({ state: "finished" });
  const judged = await harness<FlatBatch, EventBatch>(policyEngine, { options: { policies: rules, mode: "enrich" }, input: flat.sent, expire: "nothing" });
  expect(await judged.finished()).toMatchObject({ state: "finished" });
  const path = join(scratch, "out.jsonl");
  const sink = await harness<EventBatch>(exporter, {
    options: { export: "file", "file.path": path, format },
    input: judged.sent,
    expire: "nothing",
    clock: "system",
  });
  expect(await sink.finished()).toMatchObject({ state: "finished" });
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  for (const line of lines) JSON.parse(line);
  expect(lines.length).toBe(flat.sent.reduce((sum, batch) => sum + batch.records, 0));
  return lines.length;
}

/** The head of a container file: its blocks begin behind the first sync marker, which the file also ends with. */
function headOf(bytes: Buffer): Buffer {
  const sync = bytes.subarray(-16);
  return bytes.subarray(0, bytes.indexOf(sync) + 16);
}

/** A number as Avro writes it: zigzag, seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
