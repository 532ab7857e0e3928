import { execFile } from "node:child_process";
import { join } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import type { DistributionPart } from "./parts.ts";
import type { DistributionManifest } from "./read-manifest.ts";

/** How long a command may take to say what it is, in milliseconds. */
const TRY_MS = 30_000;

/** Runs the commands of a distribution in fresh processes: each must start, and the driver must load every plugin that was listed. */
export async function tryDistribution(folder: string, { commands }: DistributionManifest, parts: readonly DistributionPart[]): Promise<void> {
  for (const command of commands) {
    const { code, output } = await runNode(folder, [`${command}.mjs`, command === "sfprocessor" ? "-version" : "--version"]);
    if (code !== 0) throw broken(`${command} does not start`, output);
  }
  if (!commands.includes("millrace")) return;
  const { code, output } = await runNode(folder, ["millrace.mjs", "plugins", "--json"]);
  if (code !== 0) throw broken("the driver does not list its plugins", output);
  const missing = missingIn(output, parts);
  if (missing.length > 0) throw new MillraceError("MILLRACE_DIST_TRIAL", "the driver does not load all plugins", { diagnostics: missing });
}

function missingIn(output: string, parts: readonly DistributionPart[]): Diagnostic[] {
  const listed = JSON.parse(output) as readonly { readonly kind: string; readonly name: string }[];
  return parts.flatMap((part) =>
    part.plugins
      .filter(({ kind, name }) => !listed.some((each) => each.kind === kind && each.name === name))
      .map(({ kind, name }) => ({
        severity: "error",
        code: "MILLRACE_DIST_TRIAL",
        message: `the driver does not load ${kind} "${name}" of ${part.name} ${part.version}`,
      })),
  );
}

function broken(message: string, output: string): MillraceError {
  return new MillraceError("MILLRACE_DIST_TRIAL", message, { ...(output.trim() !== "" && { cause: output.trim().slice(-2000) }) });
}

function runNode(folder: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(folder, args[0] as string), ...args.slice(1)],
      { cwd: folder, timeout: TRY_MS, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve(error === null ? { code: 0, output: stdout } : { code: 1, output: `${stdout}\n${stderr}\n${error.killed ? "it did not end in time" : ""}` });
      },
    );
  });
}
