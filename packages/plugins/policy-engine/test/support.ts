import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EventBatch, FlatBatch } from "@millrace/api/sysflow";
import { type Harness, type HarnessOptions, harness } from "@millrace/testkit";
import { onTestFinished } from "vitest";
import { plugin } from "../src/index.ts";

export type EngineHarness = Harness<FlatBatch, EventBatch>;

/** A folder with files, removed at the end of the test. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "policy-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A rule by its name and condition. */
export function rule(name: string, condition: string, more = ""): string {
  return `- rule: ${name}\n  desc: about ${name}\n  condition: ${condition}\n${more === "" ? "" : `  ${more}\n`}`;
}

/** An engine at work, ended at the end of the test. */
export async function engine(options: Readonly<Record<string, unknown>>, more: HarnessOptions = {}): Promise<EngineHarness> {
  const h = await harness<FlatBatch, EventBatch>(plugin, { options, expire: "cursors", ...more });
  onTestFinished(() => h.close());
  return h;
}

/** What was sent, an event a line: the record, the rules, and the tags in brackets. */
export function sentText(h: EngineHarness): string[] {
  return h.sent.flatMap((batch) =>
    Array.from(batch, ({ record, rules, tags }) => `${record.type} ${record.text("sf.proc.exe")}: ${rules.join(", ")} [${tags.join(", ")}]`),
  );
}
