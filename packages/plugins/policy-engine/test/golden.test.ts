import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { EventBatch, FlatBatch, SysflowBatch } from "@millrace/api/sysflow";
import { plugin as fileDriver } from "@millrace/plugin-driver-file";
import { flattener, reader } from "@millrace/plugin-sysflow-reader";
import { type EventRows, isEventRows } from "@millrace/sysflow";
import { harness } from "@millrace/testkit";
import { describe, expect, test } from "vitest";
import { plugin } from "../src/index.ts";

const shared = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../../shared");
const goldens = join(shared, "golden/sysflow");
const cases = existsSync(goldens) ? readdirSync(goldens) : [];
if (cases.length === 0) console.log("left out, for want of the recorded traces: which rules the recordings say match each event");

const STYLE = { textual: true, caseless: true } as const;
/** Keys of a stage that the engine never sees. */
const OF_PIPELINE: readonly string[] = ["processor", "in", "out"];

/** The case in which engines without policies are compared. */
const WITHOUT_POLICIES = "json-all";

type Stage = Readonly<Record<string, string | readonly string[]>>;

/** One event of a recording, as far as the engine has a say in it. */
interface Judged {
  readonly policies: readonly { readonly id: string; readonly desc: string; readonly priority: number }[];
  readonly tags: readonly string[];
}

/** The flat records of a trace. They are read once for all cases with the same options of the flattener. */
const flatOf = remembered(async (key: string): Promise<readonly FlatBatch[]> => {
  const [trace, options] = JSON.parse(key) as [string, Record<string, string>];
  const driver = await harness<never, SysflowBatch>(fileDriver, { options: { path: join(shared, "traces", `${trace}.sf`) }, clock: "system" });
  await driver.finished();
  const h = await harness<SysflowBatch, FlatBatch>(reader, { hosted: { handler: flattener }, style: STYLE, options, input: driver.sent });
  await h.finished();
  return h.sent;
});

async function judged(name: string, stage: Stage, reading: Stage, trace: string): Promise<EventRows[]> {
  const filter = Object.fromEntries(Object.entries(reading).filter(([key]) => key.startsWith("filter.")));
  const input = await flatOf(JSON.stringify([trace, filter]));
  const options = Object.fromEntries(
    Object.entries(stage)
      .filter(([key]) => !OF_PIPELINE.includes(key))
      .map(([key, value]) => [key, key === "policies" || key === "config" ? join(goldens, name, value as string) : value]),
  );
  const h = await harness<FlatBatch, EventBatch>(plugin, { style: STYLE, options, input, expire: "nothing" });
  expect((await h.finished()).state).toBe("finished");
  return h.sent.map((batch) => {
    if (!isEventRows(batch)) throw new Error("the events are no rows");
    return batch;
  });
}

function ofEvents(batches: readonly EventRows[]): Judged[] {
  return batches.flatMap((batch) =>
    Array.from(batch, ({ tags }, event) => ({
      policies: batch.verdicts[event]?.rules.map(({ name, desc, priority }) => ({ id: name, desc, priority })) ?? [],
      tags: [...tags],
    })),
  );
}

function ofGolden(recorded: Buffer, format: string): (Judged | { readonly reason: string; readonly severity: number; readonly tags: readonly string[] })[] {
  const found = [];
  let start = 0;
  for (let end = recorded.indexOf(10); end >= 0; end = recorded.indexOf(10, start)) {
    const line = recorded.subarray(start, end);
    start = end + 1;
    // What rules say stands at the end of a record. Within a text of the record the quotes would be escaped.
    const [at = -1] = [',"policies":[', ',"tags":['].map((key) => line.lastIndexOf(key)).filter((index) => index >= 0);
    const text = format !== "json" ? line.toString("utf8") : at < 0 ? "{}" : `{${line.toString("utf8", at + 1)}`;
    const record = JSON.parse(text) as { policies?: Judged["policies"]; tags?: readonly string[]; event?: { reason?: string; severity?: number } };
    if (format === "json") found.push({ policies: record.policies ?? [], tags: record.tags ?? [] });
    else found.push({ reason: record.event?.reason ?? "", severity: record.event?.severity ?? 0, tags: record.tags ?? [] });
  }
  return found;
}

/** What an ECS record says of rules: their names, and how grave the gravest is. */
function asEcs({ policies, tags }: Judged): { readonly reason: string; readonly severity: number; readonly tags: readonly string[] } {
  return {
    reason: policies.map(({ id }) => id).join(", "),
    severity: policies.length === 0 ? 0 : Math.max(1, ...policies.map(({ priority }) => priority)),
    tags,
  };
}

function linesIn(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function remembered<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const made = known.get(key) ?? make(key);
    known.set(key, made);
    return made;
  };
}

describe.skipIf(cases.length === 0)("what rules say of each event of a recorded trace", () => {
  test.each(cases.filter((name) => name === WITHOUT_POLICIES || readFileSync(join(goldens, name, "pipeline.json"), "utf8").includes('"policies"')))(
    "%s",
    async (name) => {
      const { pipeline } = JSON.parse(readFileSync(join(goldens, name, "pipeline.json"), "utf8")) as { pipeline: readonly Stage[] };
      const engines = pipeline.filter(({ processor }) => processor === "policyengine");
      const exporters = pipeline.filter(({ processor }) => processor === "exporter");
      const traces = readdirSync(join(goldens, name)).filter((file) => file.endsWith(".jsonl.gz") && !file.endsWith(".2.jsonl.gz"));
      expect(traces.length).toBeGreaterThan(0);
      for (const file of traces) {
        for (const [index, stage] of engines.entries()) {
          const trace = file.slice(0, -".jsonl.gz".length);
          // Without policies the engine does the same in every case: one of them is enough, as these recordings are the largest.
          if (stage.policies === undefined && name !== WITHOUT_POLICIES) continue;
          const batches = await judged(name, stage, pipeline[0] as Stage, trace);
          const format = exporters[index]?.format as string;
          const recorded = gunzipSync(readFileSync(join(goldens, name, index === 0 ? file : `${trace}.2.jsonl.gz`)));
          if (stage.policies === undefined) {
            // Everything passes, and no rule says anything: counting is enough.
            expect(
              batches.reduce((sum, { records }) => sum + records, 0),
              trace,
            ).toBe(linesIn(recorded));
            expect(recorded.includes(format === "json" ? '"policies":[' : '"reason":'), trace).toBe(false);
            continue;
          }
          const own = ofEvents(batches);
          const golden = ofGolden(recorded, format);
          const compared = format === "json" ? own : own.map(asEcs);
          // Comparing texts is far quicker, and shows nothing.
          if (JSON.stringify(compared) !== JSON.stringify(golden)) expect(compared, `${trace}, engine ${index + 1}`).toEqual(golden);
        }
      }
    },
  );
});
