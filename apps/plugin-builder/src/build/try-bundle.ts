import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import type { ManifestPlugin } from "@millrace/core";
import { inFreshProcess } from "../child/spawn.ts";
import type { Trial, TryMessage, TryTask } from "../try-plugin.ts";

/** How long loading and trying all plugins of a file may take, in milliseconds. */
const TRY_MS = 60_000;

/** What came of loading and trying a bundle. */
export interface Tried {
  readonly plugins: readonly ManifestPlugin[];
  /** The fingerprints of the layouts of records that the bundle was made with. */
  readonly layouts: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
}

/** Loads a bundle in a fresh process, in an empty folder, and lets each of its plugins live once. Throws with all that fails. */
export async function tryBundle(task: TryTask, fromSources: boolean): Promise<Tried> {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-try-"));
  let loaded: Extract<TryMessage, { type: "loaded" }> | undefined;
  const trials: Trial[] = [];
  try {
    const end = await inFreshProcess<TryTask, TryMessage>("try-plugin", task, {
      folder: scratch,
      what: "trying the plugin",
      deadlineMs: TRY_MS,
      conditions: fromSources ? ["@millrace/source"] : [],
      onMessage: (message) => {
        if (message.type === "loaded") loaded = message;
        else trials.push(message.trial);
      },
    });
    if (loaded === undefined) throw ended("the plugin can't be loaded", "the process that loaded it", end);
    throwFindings("the plugin can't be loaded", loaded.diagnostics);
    throwFindings("the plugin does not live as it should", trials.flatMap(findingsOf));
    if (task.live && trials.length < loaded.plugins.length) {
      const { kind, name } = loaded.plugins[trials.length] as ManifestPlugin;
      throw ended(`${kind} ${name} ended the process it was tried in`, "it", end);
    }
    return { plugins: loaded.plugins, layouts: loaded.layouts, trials };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function findingsOf({ kind, name, failed }: Trial): Diagnostic[] {
  return failed.map(({ check, message, hint }) => ({
    severity: "error",
    code: "MILLRACE_BUILDER_TRIAL",
    message: `${kind} ${name} fails the check "${check}": ${message}`,
    hint: hint ?? `"millrace": { "try": { "${name}": { … } } } in package.json gives it other options; --no-try builds it untried`,
  }));
}

function throwFindings(message: string, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new MillraceError("MILLRACE_BUILDER_TRIAL", message, { diagnostics: errors });
}

function ended(
  message: string,
  who: string,
  { code, signal, output }: { readonly code: number | null; readonly signal: string | null; readonly output: string },
): MillraceError {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return new MillraceError("MILLRACE_BUILDER_TRIAL", `${message}: ${who} ${how}`, { ...(output.trim() !== "" && { cause: output.trim() }) });
}
