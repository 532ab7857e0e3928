/**
 * An input with metrics for what succeeds and what fails: the twin of the Go SDK's example `gdummy`.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineInput, type FluentCounter, type FluentLogger } from "@millrace/api/fluent";

const plugin: Plugin = defineInput({
  name: "gdummy",
  version: "0.1.0",
  description: 'Makes the record {"message":"dummy"} each second',
  stability: "stable",
  create: () => {
    let succeeded: FluentCounter;
    let failed: FluentCounter;
    let logger: FluentLogger;
    return {
      init: (_ctx, { metrics, logger: log }) => {
        succeeded = metrics.newCounter("operation_succeeded_total", "Total number of succeeded operations", "plugin");
        failed = metrics.newCounter("operation_failed_total", "Total number of failed operations", "plugin");
        logger = log;
      },
      collect: async (ctx, channel) => {
        for (;;) {
          await ctx.clock.sleep(1000, ctx.draining);
          if (ctx.draining.aborted) return;
          try {
            await channel.send({ record: { message: "dummy" } });
            succeeded.add(1, "gdummy");
            logger.debug("[gdummy] operation succeeded");
          } catch (cause) {
            // An error that leaves collect is reported with the name of the instance; on_collect_error says what follows.
            failed.add(1, "gdummy");
            throw cause;
          }
        }
      },
    };
  },
});

export { plugin };
