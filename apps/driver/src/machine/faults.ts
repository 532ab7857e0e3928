import { describe } from "./command.ts";
import type { Stoppable } from "./signals.ts";

export interface FaultWatch {
  /** The first error that nobody caught, or `undefined`. */
  readonly fault: unknown;
  end(): void;
}

/** How long a run may take to end after a fault, in milliseconds. */
const END_MS = 2000;

/**
 * Watches for errors and rejected promises that nobody handles, such as those of a plugin's own timers. The first one ends
 * the run, in a bounded time.
 *
 * @param report is told of each in a sentence.
 * @param leave ends the process with an exit code, where the run does not end by itself.
 */
export function endOnFaults(target: Stoppable, report: (sentence: string) => void, leave: (exitCode: number) => void): FaultWatch {
  let fault: unknown;
  const handle = (cause: unknown, what: string): void => {
    report(`${what}: ${describe(cause)}${placeOf(cause)}`);
    if (fault !== undefined) return;
    fault = cause ?? new Error(what);
    target.abort(what);
    setTimeout(() => leave(1), END_MS).unref();
  };
  const onError = (cause: unknown): void => handle(cause, "an error that nobody handled");
  const onRejection = (cause: unknown): void => handle(cause, "a promise was rejected, and nobody handled it");
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onRejection);
  return {
    get fault() {
      return fault;
    },
    end() {
      process.off("uncaughtException", onError);
      process.off("unhandledRejection", onRejection);
    },
  };
}

/** The line of the program that an error comes from, where it is known: nobody else says which plugin it was. */
function placeOf(cause: unknown): string {
  const line = cause instanceof Error ? /^\s*at (.*)$/m.exec(cause.stack ?? "")?.[1] : undefined;
  return line === undefined ? "" : ` (at ${line})`;
}
