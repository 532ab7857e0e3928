import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const folder = process.env["MILLRACE_CONFORMANCE"] ?? join(import.meta.dirname, "../../../../../shared");

/** Whether the recorded traces are there. */
export const hasConformance: boolean = existsSync(join(folder, "traces"));

/** Says in one line what is left out without them. */
export function conformanceNotice(what: string): void {
  if (!hasConformance) console.info(`left out: ${what} (no recorded traces; MILLRACE_CONFORMANCE names their folder)`);
}

/** The names of the recorded traces. */
export function traceNames(): readonly string[] {
  if (!hasConformance) return [];
  return readdirSync(join(folder, "traces"))
    .filter((name) => name.endsWith(".sf"))
    .map((name) => name.slice(0, -3));
}

export function traceFile(name: string): string {
  return join(folder, "traces", `${name}.sf`);
}

/** The lines of the JSON export of a trace, as the peer made it. */
export function goldenLines(setting: string, name: string): readonly string[] {
  const text = gunzipSync(readFileSync(join(folder, "golden/sysflow", setting, `${name}.jsonl.gz`))).toString();
  return text === "" ? [] : text.trimEnd().split("\n");
}
