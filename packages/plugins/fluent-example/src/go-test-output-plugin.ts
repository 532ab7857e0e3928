/**
 * An output that writes a file: the twin of the test output of Fluent Bit's Go SDK.
 *
 * @packageDocumentation
 */
import { type FileHandle, open } from "node:fs/promises";
import { MillraceError, type Plugin } from "@millrace/api";
import { defineOutput, type FluentCounter, type FluentLogger, type FluentMessage } from "@millrace/api/fluent";
import { goText } from "./go-text.ts";

const plugin: Plugin = defineOutput({
  name: "go-test-output-plugin",
  version: "0.1.0",
  description: "Appends a line for each record to a file",
  stability: "stable",
  create: () => {
    let file: FileHandle | undefined;
    let flushed: FluentCounter;
    let logger: FluentLogger;
    return {
      init: async (_ctx, fluentbit) => {
        file = await open(fluentbit.conf.string("path") || "output.txt", "a");
        flushed = fluentbit.metrics.newCounter("flush_total", "Total number of flushes", "plugin");
        logger = fluentbit.logger;
      },
      // Called for each chunk; the next one waits. Returning says that the chunk is delivered.
      flush: async (_ctx, channel) => {
        let lines = "";
        for (const message of channel) lines += lineOf(message);
        try {
          await file?.appendFile(lines);
        } catch (cause) {
          // A retryable error asks for the chunk again, as often as retry_limit allows. Any other gives it up.
          throw new MillraceError("MILLRACE_EXAMPLE_WRITE", "the file could not be written", { cause, retryable: true });
        }
        flushed.add(1, "go-test-output-plugin");
        logger.info("[go-test-output-plugin] operation proceeded");
      },
      cleanup: () => file?.close(),
    };
  },
});

function lineOf({ tag, time, record }: FluentMessage): string {
  const seconds = new Date(time.seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  return `message="got record" tag=${tag} time=${seconds} record=${goText(record)}\n`;
}

export { plugin };
