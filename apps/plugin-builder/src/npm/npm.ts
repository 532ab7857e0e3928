import { execFile } from "node:child_process";
import { MillraceError } from "@millrace/api";

/** How long one call of npm may take, in milliseconds. */
const NPM_MS = 180_000;

/** What npm says of a failure, where it says something that machines read. */
export interface NpmFailure {
  /** Such as `E404` or `ENOTFOUND`. */
  readonly code: string;
  readonly summary: string;
}

export type NpmAnswer = { readonly output: string; readonly failure?: undefined } | { readonly output: string; readonly failure: NpmFailure };

/**
 * Runs the user's own npm, so that `.npmrc` files, proxies and tokens hold, and gives what it printed. Throws
 * `MILLRACE_BUILDER_NPM` where npm can't be run, or does not end in time.
 */
export function npm(args: readonly string[], folder: string): Promise<NpmAnswer> {
  return new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const settings = { cwd: folder, timeout: NPM_MS, maxBuffer: 1 << 28, shell: windows, env: { ...process.env, npm_config_update_notifier: "false" } };
    execFile(windows ? "npm.cmd" : "npm", [...args], settings, (error, stdout, stderr) => {
      if (error === null) resolve({ output: stdout });
      else if (error.code === "ENOENT") reject(new MillraceError("MILLRACE_BUILDER_NPM", "npm was not found", { hint: "install Node with npm", cause: error }));
      else if (error.killed) reject(new MillraceError("MILLRACE_BUILDER_NPM", `npm ${args[0]} did not end within ${NPM_MS / 1000} s`));
      else resolve({ output: stdout, failure: failureOf(stdout, stderr) });
    });
  });
}

/** What npm said, as an error of ours. */
export function npmError(what: string, { code, summary }: NpmFailure): MillraceError {
  return new MillraceError("MILLRACE_BUILDER_NPM", `${what}: npm says ${code === "" ? "" : `${code}: `}${summary}`);
}

/** With `--json` npm prints its error as an object; otherwise as lines that begin with `npm error`. */
function failureOf(stdout: string, stderr: string): NpmFailure {
  try {
    const { error } = JSON.parse(stdout.slice(Math.max(0, stdout.indexOf("{")))) as { readonly error?: Partial<NpmFailure> };
    if (typeof error?.summary === "string") return { code: error.code ?? "", summary: firstLine(error.summary) };
  } catch {
    // It printed no JSON: then the lines for people tell.
  }
  const lines = [...stderr.matchAll(/^npm (?:error|ERR!) (.*)$/gm)].map((match) => match[1] as string);
  const code = /^code (\S+)$/.exec(lines[0] ?? "")?.[1] ?? "";
  return { code, summary: firstLine(lines.find((line) => line.trim() !== "" && !line.startsWith("code ")) ?? (stderr.trim() || "nothing")) };
}

function firstLine(text: string): string {
  return text.split("\n")[0] as string;
}
