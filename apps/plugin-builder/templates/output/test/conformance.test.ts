import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeConformance } from "@millrace/testkit";
import { afterAll, describe, it } from "vitest";
import { plugin } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "template-name-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeConformance({ describe, it }, plugin, { options: { path: join(folder, "out.jsonl") }, clock: "system" });
