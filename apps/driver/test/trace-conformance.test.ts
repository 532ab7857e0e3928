import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interpret, loadPolicies, outlinePolicies } from "@millrace/policy";
import { ATTRIBUTES, EntityTables, type FlatRows } from "@millrace/sysflow";
import { describe, expect, it } from "vitest";
import { cutTrace } from "../src/trace/cut.ts";
import { Progress } from "../src/trace/progress.ts";
import { flattenPart, readParts } from "../src/trace/read-parts.ts";
import { recordTest } from "../src/trace/where.ts";
import { conformance } from "./support/places.ts";
import { scratchFolder } from "./support/scratch.ts";

if (conformance === undefined) console.log("without recorded traces: cutting and explaining are tested on traces of our own alone");

const traces = conformance === undefined ? [] : readdirSync(join(conformance, "traces"));
const WHERE = "sf.opflags = OPEN and sf.proc.aname exists or sf.net.dport = 80 or sf.type = FE";

describe.skipIf(conformance === undefined)("recorded traces", () => {
  const scratch = scratchFolder();

  it.each(traces)("keep the flat records of what is cut out: %s", async (name) => {
    const file = join(conformance as string, "traces", name);
    const output = join(scratch, "cut.sf");
    expect(await cutTrace(file, { output, where: WHERE, onCorrupt: "stop", quiet: true })).toBe(0);
    const expected = await lines(file, recordTest(WHERE));
    expect(await lines(output)).toEqual(expected);
  });

  it("are explained by outlines that come to what the rules come to", async () => {
    const path = join(conformance as string, "policies/runtimeintegrity/ttps.yaml");
    const text = readFileSync(path, "utf8");
    const policies = { files: [{ path, text }], language: "falco" } as const;
    const { ruleSet, builder } = loadPolicies(policies);
    const outlines = outlinePolicies(policies, builder).rules.map((outline) => outline());
    expect(outlines.length).toBe(ruleSet.rules.length);
    let matches = 0;
    for await (const batch of flats(join(conformance as string, "traces/shellshock.sf"))) {
      for (let index = 0; index < batch.records; index += 1) {
        ruleSet.rules.forEach((rule, number) => {
          const holds = interpret(rule.condition, batch, index);
          if (holds) matches += 1;
          expect(interpret(outlines[number]?.condition ?? rule.condition, batch, index)).toBe(holds);
        });
      }
    }
    expect(matches).toBeGreaterThan(0);
  });
});

async function lines(file: string, test?: ReturnType<typeof recordTest>): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of flats(file)) {
    test?.begin();
    for (let index = 0; index < batch.records; index += 1) {
      if (test?.holds(batch, index) === false) continue;
      found.push([...ATTRIBUTES.values()].map((attribute) => String(attribute.get(batch, index))).join("\t"));
    }
  }
  return found;
}

async function* flats(file: string): AsyncGenerator<FlatRows> {
  const tables = new EntityTables();
  for await (const rows of readParts(file, { onCorrupt: "stop", progress: new Progress(true) })) {
    const { batch } = flattenPart(rows, tables);
    if (batch) yield batch;
  }
}
