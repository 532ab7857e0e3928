import { MillraceError } from "@millrace/api";

/** Where an output writes text. */
export interface Target {
  open?(): void;
  /** Writes some bytes, and waits until they are taken. */
  write(bytes: Uint8Array): void | Promise<void>;
  close?(): void;
}

/** The standard output of the process. A reader that has gone is an error `MILLRACE_STDOUT_WRITE`, and ends nothing else. */
export const standardOutput: Target = {
  open: () => void process.stdout.on("error", toldByWrite),
  write: (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (cause) => {
        if (cause === undefined || cause === null) resolve();
        else reject(new MillraceError("MILLRACE_STDOUT_WRITE", `can't write to the standard output: ${cause.message}`, { cause }));
      });
    }),
  close: () => void process.stdout.off("error", toldByWrite),
};

/** A stream tells an error twice, to whoever wrote and as an event; without a listener the event would end the process. */
function toldByWrite(): void {}
