import { MillraceError } from "@millrace/api";
import type { Chunk, Transport, TransportKind } from "./transport.ts";

/** `export: terminal`: the standard output. */
export const terminal: TransportKind = { name: "terminal", options: {}, create: () => new Terminal() };

/**
 * Writes through the process's own stream, in line with the log and whatever else the process prints. A reader that is slow
 * makes the pipeline wait; one that has gone is an error, and no reason to end the process by itself.
 */
class Terminal implements Transport {
  readonly #toldByWrite = (): void => {
    // A stream tells an error twice, to whoever wrote and as an event; without a listener the event would end the process.
  };

  open(): void {
    process.stdout.on("error", this.#toldByWrite);
  }

  write({ bytes }: Chunk, from: number): Promise<number> {
    return new Promise((resolve, reject) => {
      process.stdout.write(from === 0 ? bytes : bytes.subarray(from), (cause) => {
        if (cause === undefined || cause === null) resolve(bytes.length);
        else reject(new MillraceError("MILLRACE_EXPORTER_TERMINAL", `can't write to the standard output: ${cause.message}`, { cause }));
      });
    });
  }

  close(): void {
    process.stdout.off("error", this.#toldByWrite);
  }
}
