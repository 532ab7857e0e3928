import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll } from "vitest";
import { driver, root } from "./places.ts";

export type CommandName = "millrace" | "sfprocessor" | "flowd" | "fluent-bit";

export interface CommandOptions {
  readonly cwd?: string;
  /** Beside a clean environment: what is `undefined` is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Closes the reading end of standard output at once. */
  readonly closedStdout?: boolean;
  /** Never reads from standard output. */
  readonly unreadStdout?: boolean;
  /** Starts the command that stands in `node_modules/.bin`, as a user does. */
  readonly installed?: boolean;
}

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** How long a test waits for anything, in milliseconds. */
const DEADLINE_MS = 15_000;

/** A built command as a child process. */
export class Command {
  stdout = "";
  stderr = "";
  readonly child: ChildProcess;
  private readonly ending: Promise<Ended>;
  private changed: () => void = () => undefined;

  constructor(name: CommandName, args: readonly string[], options: CommandOptions = {}) {
    const begun = performance.now();
    const [program, ...before] = options.installed ? [join(root, "node_modules", ".bin", name)] : [process.execPath, join(driver, "bin", `${name}.mjs`)];
    this.child = spawn(program as string, [...before, ...args], {
      cwd: options.cwd ?? driver,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: "UTC", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const take =
      (stream: "stdout" | "stderr") =>
      (chunk: Buffer): void => {
        this[stream] += chunk.toString("utf8");
        this.changed();
      };
    if (options.closedStdout) this.child.stdout?.destroy();
    else if (!options.unreadStdout) this.child.stdout?.on("data", take("stdout"));
    this.child.stderr?.on("data", take("stderr"));
    this.ending = once(this.child, options.unreadStdout ? "exit" : "close").then(([code, signal]) => {
      this.changed();
      return { code, signal, stdout: this.stdout, stderr: this.stderr, ms: performance.now() - begun };
    });
    running.add(this);
    void this.ending.then(() => running.delete(this));
  }

  /** Waits until a stream holds what matches, and gives the match. */
  async sees(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${pattern} did not come on ${stream}.\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits for the end. */
  async ended(): Promise<Ended> {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), DEADLINE_MS);
    const ended = await this.ending;
    clearTimeout(timer);
    if (ended.signal === "SIGKILL") throw new Error(`the command did not end.\n--- stdout\n${ended.stdout}\n--- stderr\n${ended.stderr}`);
    return ended;
  }
}

/** Runs a command to its end. */
export function runCommand(name: CommandName, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return new Command(name, args, options).ended();
}

const running = new Set<Command>();

// A test that fails must leave no process behind. Others may run beside it, so this waits for the last one.
afterAll(() => {
  for (const command of running) command.child.kill("SIGKILL");
});
