import type { Diagnostic } from "@millrace/api";
import { formatDiagnostics } from "@millrace/text";
import { findingsOf } from "../../src/command/failure.ts";

/** What a user sees of an error, with the folders of the test taken out. */
export async function failure(work: () => unknown, hidden: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await work();
  } catch (cause) {
    return shown(findingsOf(cause), hidden);
  }
  throw new Error("it did not fail");
}

/** Findings as they are printed. */
export function shown(diagnostics: readonly Diagnostic[], hidden: Readonly<Record<string, string>> = {}): string {
  return Object.entries(hidden).reduce((text, [path, name]) => text.replaceAll(path, name), formatDiagnostics(diagnostics));
}
