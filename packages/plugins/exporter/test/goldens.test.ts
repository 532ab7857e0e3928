import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { EntityTables, FlatBuilder, type FlatRows, readTrace, walk } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import { harness } from "@millrace/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";
import { eventsOf } from "./support/events.ts";

const shared = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../../shared");
const goldens = join(shared, "golden/sysflow");
const cases = [
  ["json-all", { format: "json" }],
  ["ecs-all", { format: "ecs", version: "0.7.0" }],
  ["buffer-json", { format: "json", buffer: 500 }],
] as const;
const traces = existsSync(join(goldens, "json-all"))
  ? readdirSync(join(goldens, "json-all"))
      .filter((name) => name.endsWith(".gz"))
      .map((name) => name.replace(".jsonl.gz", ""))
  : [];
if (traces.length === 0) console.log("left out, for want of the recorded traces: their exports without rules, as JSON and ECS");

const folder = mkdtempSync(join(tmpdir(), "millrace-exporter-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(traces.length === 0)("a recorded trace without rules, byte for byte", () => {
  it.each(traces)("%s", async (trace) => {
    const input = (await flatTrace(join(shared, "traces", `${trace}.sf`))).map((flat) => eventsOf(flat));
    for (const [name, options] of cases) {
      const path = join(folder, `${name}-${trace}`);
      const h = await harness(plugin, { options: { export: "file", "file.path": path, ...options }, input, expire: "nothing", clock: "system" });
      expect((await h.finished()).state).toBe("finished");
      const expected = gunzipSync(readFileSync(join(goldens, name, `${trace}.jsonl.gz`)));
      // The texts are long: where they differ, the first line that does is shown.
      if (!expected.equals(readFileSync(path))) expect(firstDifference(readFileSync(path, "utf8"), expected.toString())).toBeUndefined();
    }
  });
});

/** All flat records of a trace. */
async function flatTrace(file: string): Promise<FlatRows[]> {
  const descriptor = openSync(file, "r");
  const tables = new EntityTables();
  const builder = new FlatBuilder();
  const batches: FlatRows[] = [];
  for await (const { rows } of readTrace((into) => readSync(descriptor, into), { file })) {
    walk(rows, tables, {
      begin: (begun) => builder.begin(begun),
      event: (base, type, around, own, second) => {
        if (type !== names.NETWORK_EVENT && type !== names.PROCESS_FLOW) builder.add(base, around, own, second);
      },
      missing: () => undefined,
    });
    tables.endBatch();
    batches.push(...[builder.end()].filter((batch) => batch !== undefined));
  }
  closeSync(descriptor);
  return batches;
}

function firstDifference(actual: string, expected: string): readonly [string, string] | undefined {
  const [some, others] = [actual.split("\n"), expected.split("\n")];
  const index = Array.from({ length: Math.max(some.length, others.length) }, (_, i) => i).find((i) => some[i] !== others[i]);
  return index === undefined ? undefined : [some[index] ?? "", others[index] ?? ""];
}
