import { MillraceError } from "@millrace/api";

/** How long a wait of a test may take, in milliseconds of real time, unless the harness is told otherwise. */
export const DEADLINE_MS = 10_000;

/**
 * Waits for a promise, but not for ever. `what` says what was waited for, and `state` what is known when it did not come.
 * Throws `MILLRACE_TESTKIT_DEADLINE`.
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>, state: () => string = () => ""): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const known = state();
      reject(new MillraceError("MILLRACE_TESTKIT_DEADLINE", `waited ${ms} ms in vain for ${what}${known === "" ? "" : `: ${known}`}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets everything run that is ready to run: promises, and one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
