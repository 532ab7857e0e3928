import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { root } from "./pages.ts";

export interface Ended {
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

/** How long a command may take, in milliseconds. */
const DEADLINE_MS = 30_000;

/** A service that has said something and then nothing for so long, in milliseconds, is at work. */
const QUIET_MS = 700;
/** So is one that has been talking for so long, in milliseconds. */
const TALKING_MS = 3000;

/**
 * Runs a line of a shell as a reader would, with the commands of the workspace at hand. One that would go on for ever is
 * interrupted when it is at work, and then has to end by itself.
 */
export function shell(line: string, cwd: string, { service = false }: { readonly service?: boolean } = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn("bash", ["-o", "pipefail", "-c", `exec 2>&1\n${line}`], {
      cwd,
      // A group of its own, so that an interrupt reaches what the shell has started.
      detached: true,
      env: {
        PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
        HOME: cwd,
        TZ: "UTC",
        MILLRACE_STATE_DIR: join(cwd, ".state"),
        npm_config_offline: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch (cause) {
        // It has ended by itself meanwhile.
        if ((cause as NodeJS.ErrnoException).code !== "ESRCH") fail(cause);
      }
    };
    let interrupted = false;
    let begun = 0;
    const interrupt = (): void => {
      interrupted = true;
      kill("SIGINT");
    };
    let stop: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => kill("SIGKILL"), DEADLINE_MS);
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      clearTimeout(stop);
      // A second interrupt would end it at once.
      if (!service || interrupted) return;
      begun ||= Date.now();
      stop = setTimeout(interrupt, Math.max(0, Math.min(QUIET_MS, begun + TALKING_MS - Date.now())));
    });
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(stop);
      clearTimeout(deadline);
      done({ code, output });
    });
  });
}
