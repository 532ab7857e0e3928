/**
 * Runs a command to its exit code, and ends the process with it. What escapes the command is an error with exit code 1,
 * never a stack trace alone and never a hang.
 */
export async function runCommand(name: string, main: () => Promise<number>): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => streamFailed(name, error));
  process.stderr.on("error", (error: NodeJS.ErrnoException) => streamFailed(name, error));
  process.on("exit", (code) => endedByAnother(name, code));
  let exitCode: number;
  try {
    exitCode = await main();
  } catch (cause) {
    process.stderr.write(`${name}: ${describe(cause)}\n`);
    exitCode = 1;
  }
  await leave(exitCode);
}

/** The exit code of a process that wrote to a pipe which nobody reads any more, as a shell tells it (128 + SIGPIPE). */
export const PIPE_EXIT = 141;

/** Whether it is the command itself that ends the process. */
let isLeaving = false;

/** How long the last text may take to reach a slow reader, in milliseconds. */
const FLUSH_MS = 500;

/**
 * Ends the process when all that was written has been taken, or when nobody has taken it for some time. Of several calls
 * the first one gives the exit code.
 */
export async function leave(exitCode: number): Promise<never> {
  process.exitCode ??= exitCode;
  await Promise.race([Promise.all([written(process.stdout), written(process.stderr)]), new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
  isLeaving = true;
  process.exit();
}

/** Ends the process now, with what has been written. */
export function leaveAtOnce(exitCode: number): never {
  isLeaving = true;
  process.exit(exitCode);
}

/** An error with its causes, and with what to do about it, for people. */
export function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause === undefined ? "" : describe(cause.cause);
  const hint = "hint" in cause && typeof cause.hint === "string" ? ` (${cause.hint})` : "";
  return `${inner === "" || cause.message.includes(inner) ? cause.message : `${cause.message}: ${inner}`}${hint}`;
}

/**
 * A plugin, or what it imports, may end the process, or leave nothing that the command could wait for. Work that was not
 * done must not look like work that was.
 */
function endedByAnother(name: string, code: number): void {
  if (isLeaving) return;
  const frames = (new Error("ended").stack ?? "").split("\n");
  const exit = frames.findIndex((frame) => /^\s*at process\.exit\b/.test(frame));
  const caller = exit === -1 ? undefined : frames[exit + 1]?.trim();
  const how = exit === -1 ? "nothing is left that it could wait for" : `process.exit(${code}) was called${caller === undefined ? "" : ` ${caller}`}`;
  process.stderr.write(`${name}: ended before it was done: ${how}\n`);
  if (code === 0) process.exitCode = 1;
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}

/** There is no use in going on for a reader that has gone. */
function streamFailed(name: string, error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") leaveAtOnce(PIPE_EXIT);
  process.exitCode = 1;
  try {
    process.stderr.write(`${name}: ${error.message}\n`);
  } catch {
    // Standard error itself has failed: nobody can be told.
    leaveAtOnce(1);
  }
}
