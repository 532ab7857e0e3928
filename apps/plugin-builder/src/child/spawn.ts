import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MillraceError } from "@millrace/api";

/** The modules that run in a process of their own. */
export type ChildName = "check-types" | "try-plugin" | "describe-plugins";

export interface ChildOptions<M> {
  /** The folder it runs in. */
  readonly folder: string;
  /** What messages call its work. */
  readonly what: string;
  /** How long it may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Conditions of imports, beside those that this process has. */
  readonly conditions?: readonly string[];
  readonly onMessage: (message: M) => void;
}

/** What a child process printed, and how it ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** How much of what a child prints is kept, in characters. */
const MOST_OUTPUT = 20_000;

/** Runs one of our modules in a fresh process, and hands it a task. Throws `MILLRACE_BUILDER_CHILD` where it does not end in time. */
export function inFreshProcess<T, M>(name: ChildName, task: T, options: ChildOptions<M>): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const inherited = process.execArgv.filter((word) => word.startsWith("--conditions="));
    const added = [...(options.conditions ?? []), ...(FROM_SOURCES ? ["@millrace/source"] : [])].map((condition) => `--conditions=${condition}`);
    const child = fork(moduleOf(name), [], {
      cwd: options.folder,
      silent: true,
      execArgv: [...new Set([...inherited, ...added])],
      serialization: "advanced",
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      if (output.length < MOST_OUTPUT) output += chunk.toString("utf8");
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.on("message", (message) => options.onMessage(message as M));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(
        new MillraceError("MILLRACE_BUILDER_CHILD", `${options.what} did not end within ${options.deadlineMs / 1000} s`, {
          ...(output !== "" && { cause: output.trim() }),
        }),
      );
    }, options.deadlineMs);
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new MillraceError("MILLRACE_BUILDER_CHILD", `${options.what} could not be started`, { cause }));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output });
    });
    child.send(task as object);
  });
}

/** The one task that this process was started for. */
export function taskOfParent<T>(): Promise<T> {
  return new Promise((resolve) => process.once("message", (task) => resolve(task as T)));
}

/** Tells the parent something, and waits until it has been sent. */
export function tellParent<M>(message: M): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

/** Whether this builder itself runs from its sources. */
const FROM_SOURCES = import.meta.url.endsWith(".ts");

/** Built, all modules lie in one folder; as sources, those lie one above. */
function moduleOf(name: ChildName): string {
  return fileURLToPath(new URL(FROM_SOURCES ? `../${name}.ts` : `./${name}.js`, import.meta.url));
}
