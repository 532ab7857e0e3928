import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll } from "vitest";

const root = join(import.meta.dirname, "../../../..");

/** How long a test waits for a command, or for what it is to print, in milliseconds. */
const DEADLINE_MS = 90_000;

/** The commands that run from their sources, so that no build can be stale. */
const SOURCES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["millrace", "sfprocessor", "fluent-bit"].map((name) => [name, `await (await import(${url(`apps/driver/src/${name}.ts`)})).run(process.argv.slice(1));`]),
  ),
  "plugin-builder": `process.exitCode = await (await import(${url("apps/plugin-builder/src/plugin-builder.ts")})).run(process.argv.slice(1));`,
};

function url(path: string): string {
  return JSON.stringify(pathToFileURL(join(root, path)).href);
}

/** A command of a line such as a package's scripts have: its words stand apart by single spaces. Both streams make one output. */
export class Running {
  output = "";
  readonly #line: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #changed: () => void = () => undefined;

  constructor(line: string, folder: string) {
    this.#line = line;
    const [name, ...args] = line.split(" ") as [string, ...string[]];
    const source = SOURCES[name];
    const words = source === undefined ? args : ["--conditions=@millrace/source", "--input-type=module", "-e", source, "--", ...args];
    this.#child = spawn(source === undefined && name !== "node" ? name : process.execPath, words, {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], TZ: "UTC", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(this.#child);
    const take = (chunk: Buffer): void => {
      this.output += chunk.toString("utf8");
      this.#changed();
    };
    this.#child.stdout?.on("data", take);
    this.#child.stderr?.on("data", take);
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        running.delete(this.#child);
        this.#changed();
        if (signal === null) resolve(code ?? 1);
        else reject(new Error(`${line} was ended by ${signal}\n${this.output}`));
      });
    });
    // It is awaited later, or not at all.
    this.#ended.catch(() => undefined);
  }

  /** Waits until a text holds what matches, and gives the match; it is looked at again whenever something is printed, and now and then. */
  async sees(text: () => string, pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const match = pattern.exec(text());
      if (match !== null) return match;
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error(`${this.#line}: ${pattern} did not come\n${this.output}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Waits for the end, and gives the exit code. */
  async ended(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), DEADLINE_MS);
    return this.#ended.finally(() => clearTimeout(timer));
  }

  /** Asks for the end as Ctrl-C does, and gives the exit code. */
  stopped(): Promise<number> {
    this.#child.kill("SIGINT");
    return this.ended();
  }
}

/** Runs a command to its end. */
export async function run(line: string, folder: string): Promise<{ readonly code: number; readonly output: string }> {
  const command = new Running(line, folder);
  const code = await command.ended();
  return { code, output: command.output };
}

const running = new Set<ChildProcess>();

// A test that fails must leave no process behind.
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});
