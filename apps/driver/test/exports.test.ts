import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { writeTrace } from "@millrace/sysflow";
import { beforeAll, describe, expect, it } from "vitest";
import { syntheticRecords } from "../src/trace/synthetic.ts";
import { runCommand } from "./support/command.ts";
import { conformance, root } from "./support/places.ts";
import { scratchFolder } from "./support/scratch.ts";

/**
 * Pipelines over the traces of the examples and one that is made up, through the built sfprocessor. exports/CASE/pipeline.json
 * says what is run. What it must export stands beside it: whole lines in `out.jsonl`; and in `verdicts.txt`, for JSON that rules
 * have judged, which lines of enrich-json there are, with their rules and tags. Everything else in these lines has to be as there.
 * `vitest run test/exports.test.ts -u` writes them anew.
 */
const cases = join(import.meta.dirname, "exports");
const scratch = scratchFolder();
const traces = join(scratch, "traces");

/** The lines of all events without rules, which the other cases are compared with. */
let plain: readonly string[] = [];

beforeAll(async () => {
  cpSync(cases, join(scratch, "cases"), { recursive: true });
  mkdirSync(join(scratch, "cases", "policies"));
  cpSync(join(root, "examples/policies/containers.yaml"), join(scratch, "cases/policies/containers.yaml"));
  mkdirSync(traces);
  for (const name of readdirSync(join(root, "examples/traces")).filter((file) => file.endsWith(".sf"))) {
    cpSync(join(root, "examples/traces", name), join(traces, name));
  }
  const madeUp = syntheticRecords({ events: 24, seed: 7, processes: 8, containers: 2, files: 12, host: "made-up", salt: "" });
  writeFileSync(join(traces, "made-up.sf"), await writeTrace(madeUp, { sync: new Uint8Array(16) }));
  plain = await exported("enrich-json");
});

describe("what is exported of the project's own traces", () => {
  it.each(["enrich-json", "enrich-ecs", "alert-ecs", "sigma-alert-ecs"])("%s", async (name) => {
    const lines = await exported(name);
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf("object");
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(join(cases, name, "out.jsonl"));
  });

  it.each(["alert-json", "operators", "exceptions", "filters", "sigma-enrich-json", "ratelimit"])("%s", async (name) => {
    const verdicts = (await exported(name)).map(verdictOf);
    expect(verdicts.map(({ number }) => number)).toEqual(verdicts.map(({ number }) => number).sort((a, b) => a - b));
    await expect(`${verdicts.map(({ text }) => text).join("\n")}\n`).toMatchFileSnapshot(join(cases, name, "verdicts.txt"));
  });

  it("has for each rule of operators.yaml an event that it matches and one that it does not", async () => {
    const rules = [...readFileSync(join(cases, "operators/operators.yaml"), "utf8").matchAll(/^- rule: (.*)$/gm)].map(([, name]) => name as string);
    const judged = (await exported("operators")).map(verdictOf);
    expect(judged.length).toBe(plain.length);
    for (const rule of rules) {
      const matches = judged.filter((verdict) => verdict.rules.includes(rule)).length;
      const wanted = rule.startsWith("never") ? matches === 0 : rule.startsWith("always") ? matches === judged.length : matches > 0 && matches < judged.length;
      expect(wanted, `${rule}: ${matches} of ${judged.length}`).toBe(true);
    }
  });
});

describe("several policy engines on one stream", () => {
  it("say each what it would say alone", async () => {
    await run("tee");
    for (const [file, alone] of [
      ["out.jsonl", "enrich-json"],
      ["out2.jsonl", "alert-json"],
      ["out3.jsonl", "sigma-alert-ecs"],
    ] as const) {
      expect(linesOf("tee", file)).toEqual(await exported(alone));
    }
  });

  if (conformance === undefined) console.log("exports: the recorded traces are not there; the recorded tee is not compared");

  it.skipIf(conformance === undefined).each(["shellshock", "rand1"])("export of %s what was recorded", async (trace) => {
    const golden = join(conformance as string, "golden/sysflow/tee-json");
    const recordings = ["", ".2"].map((branch) => join(golden, `${trace}${branch}.jsonl.gz`));
    const folder = join(scratch, `tee-${trace}`, "golden/sysflow/tee-json");
    mkdirSync(folder, { recursive: true });
    cpSync(join(golden, "pipeline.json"), join(folder, "pipeline.json"));
    cpSync(join(conformance as string, "policies/runtimeintegrity"), join(scratch, `tee-${trace}`, "policies/runtimeintegrity"), { recursive: true });
    const { code, stderr } = await runCommand("sfprocessor", ["-log=error", "-config=pipeline.json", join(conformance as string, "traces", `${trace}.sf`)], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [index, recording] of recordings.entries()) {
      const same = gunzipSync(readFileSync(recording)).equals(readFileSync(join(folder, index === 0 ? "out.jsonl" : "out2.jsonl")));
      expect(same, recording).toBe(true);
    }
  });
});

/** Runs a case over all traces. */
async function run(name: string): Promise<void> {
  const { code, stdout, stderr } = await runCommand("sfprocessor", ["-log=quiet", "-config=pipeline.json", traces], { cwd: join(scratch, "cases", name) });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Initializing 1 drivers\n", stderr: "" });
}

/** What a case exports. Each is run once. */
function exported(name: string): Promise<readonly string[]> {
  const known = runs.get(name) ?? run(name).then(() => linesOf(name, "out.jsonl"));
  runs.set(name, known);
  return known;
}

const runs = new Map<string, Promise<readonly string[]>>();

function linesOf(name: string, file: string): readonly string[] {
  const bytes = readFileSync(join(scratch, "cases", name, file));
  const text = bytes.toString("utf8");
  expect(Buffer.from(text).equals(bytes), "the export is UTF-8").toBe(true);
  expect(text.endsWith("\n"), "the last line is ended").toBe(true);
  return text.slice(0, -1).split("\n");
}

/** Which line of the plain export this one is, and what the rules have added to it: both stand at its end. */
function verdictOf(line: string): { readonly number: number; readonly rules: readonly string[]; readonly text: string } {
  const at = [',"policies":[', ',"tags":['].map((key) => line.lastIndexOf(key)).find((index) => index >= 0);
  const index = plain.indexOf(at === undefined ? line : `${line.slice(0, at)}}`);
  expect(index, `a line that is none of enrich-json: ${line}`).toBeGreaterThanOrEqual(0);
  const { policies = [], tags = [] } = JSON.parse(at === undefined ? "{}" : `{${line.slice(at + 1)}`) as {
    policies?: readonly { readonly id: string; readonly desc: string; readonly priority: number }[];
    tags?: readonly string[];
  };
  const { type } = JSON.parse(line) as { type: string };
  const rules = policies.map(({ id }) => id);
  return { number: index + 1, rules, text: `${index + 1} ${type}: ${rules.join(", ")} [${tags.join(", ")}]` };
}
