import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeConformance, podScene } from "@millrace/testkit";
import { afterAll, describe, it } from "vitest";
import { plugin } from "../src/index.ts";
import { eventsFrom } from "./support/events.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-exporter-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const options = () => ({ export: "file", "file.path": join(folder, `${files++}.jsonl`) });

describe("with rows", () => describeConformance({ describe, it }, plugin, { options, clock: "system", input: () => eventsFrom(podScene().records) }));
describe("with events of others", () => describeConformance({ describe, it }, plugin, { options, clock: "system" }));
describe("to nowhere", () => describeConformance({ describe, it }, plugin, { options: { export: "null" } }));
