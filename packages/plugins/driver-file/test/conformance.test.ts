import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTrace } from "@millrace/sysflow";
import { describeConformance, podScene } from "@millrace/testkit";
import { afterAll, describe, it } from "vitest";
import { plugin } from "../src/index.ts";

// Some batches of records: more than a run takes at once.
const { records } = podScene();
const folder = mkdtempSync(join(tmpdir(), "millrace-driver-file-"));
const path = join(folder, "long.sf");
writeFileSync(path, await writeTrace(Array.from({ length: 600 }, () => records).flat()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeConformance({ describe, it }, plugin, {
  options: { path },
  clock: "system",
  stimulate: (h) => h.until("a batch", () => h.stats.out.batches > 0),
});
