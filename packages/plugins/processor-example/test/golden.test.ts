import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FlatBatch, SysflowBatch } from "@millrace/api/sysflow";
import { plugin as fileDriver } from "@millrace/plugin-driver-file";
import { flattener, reader } from "@millrace/plugin-sysflow-reader";
import { harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

const shared = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../../shared");
const goldens = join(shared, "golden/sysflow-text/example");
const names = existsSync(goldens) ? readdirSync(goldens).map((name) => name.replace(/\.txt$/, "")) : [];
if (names.length === 0) console.log("left out, for want of the recorded traces: what example prints for each of them");

describe.skipIf(names.length === 0)("example, behind reader and flattener, over a recorded trace", () => {
  it.each(names)("%s: prints what was recorded", async (name) => {
    const driver = await harness<never, SysflowBatch>(fileDriver, { options: { path: join(shared, "traces", `${name}.sf`) }, clock: "system" });
    expect((await driver.finished()).state).toBe("finished");
    const flat = await harness<SysflowBatch, FlatBatch>(reader, { hosted: { handler: flattener }, input: driver.sent });
    expect((await flat.finished()).state).toBe("finished");
    const h = await harness(plugin, { input: flat.sent });
    expect((await h.finished()).state).toBe("finished");
    expect(h.log("info")).toEqual((await readFile(join(goldens, `${name}.txt`), "utf8")).split("\n").slice(0, -1));
  });
});
