import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientServerScene, describeConformance } from "@millrace/testkit";
import { afterAll, describe, it } from "vitest";
import { plugin } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "policy-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));
const policies = join(folder, "all.yaml");
writeFileSync(policies, "- rule: all\n  desc: every event\n  condition: sf.type exists\n");

const runner = { describe, it };

// What it sends refers to the records that it was given, which are never changed.
describe("rows", () => describeConformance(runner, plugin, { options: { policies }, input: () => clientServerScene().flat(), expire: "cursors" }));
describe("records of somebody else's making", () => describeConformance(runner, plugin, { options: { policies } }));
describe("without policies", () => describeConformance(runner, plugin, { options: { mode: "enrich" } }));
