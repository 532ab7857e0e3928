import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SysflowBatch } from "@millrace/api/sysflow";
import { plugin as fileDriver } from "@millrace/plugin-driver-file";
import { reader } from "@millrace/plugin-sysflow-reader";
import { harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

const shared = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../../shared");
const goldens = join(shared, "golden/sysflow-text/printer");
const names = existsSync(goldens) ? readdirSync(goldens).map((name) => name.replace(/\.txt$/, "")) : [];
if (names.length === 0) console.log("left out, for want of the recorded traces: what printer prints for each of them");
const generated =
  names.length === 0
    ? []
    : readdirSync(join(shared, "traces"))
        .map((name) => name.replace(/\.sf$/, ""))
        .filter((name) => !names.includes(name));

async function printed(name: string): Promise<string[]> {
  const driver = await harness<never, SysflowBatch>(fileDriver, { options: { path: join(shared, "traces", `${name}.sf`) }, clock: "system" });
  expect((await driver.finished()).state).toBe("finished");
  const h = await harness(reader, { hosted: { handler: plugin }, input: driver.sent });
  expect((await h.finished()).state).toBe("finished");
  return h.log("info");
}

describe.skipIf(names.length === 0)("printer, in a reader, over a recorded trace", () => {
  it.each(names)("%s: prints what was recorded", async (name) => {
    // The recording has no line for the types that the peer never hands to a handler.
    const lines = (await printed(name)).filter((line) => !/^(NetworkEvt|ProcFlow) /.test(line));
    expect(lines).toEqual((await readFile(join(goldens, `${name}.txt`), "utf8")).split("\n").slice(0, -1));
  });

  it.each(generated)("%s, which is full of what is odd: each line has its form, also where the process is not known", async (name) => {
    const lines = await printed(name);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !/^(ProcEvt|FileEvt|FileFlow|NetworkFlow|NetworkEvt|ProcFlow) .*, -?\d+$/s.test(line))).toEqual([]);
  });
});
