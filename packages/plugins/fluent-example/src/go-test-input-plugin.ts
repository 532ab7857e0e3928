/**
 * An input, as short as one can be: the twin of the test input of Fluent Bit's Go SDK. Read it as the first chapter of
 * writing plugins for Fluent Bit.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineInput, type FluentCounter, type FluentLogger } from "@millrace/api/fluent";

const plugin: Plugin = defineInput({
  // What a configuration says: `Name go-test-input-plugin`. One file may export several plugins, and each may run many times.
  name: "go-test-input-plugin",
  version: "0.1.0",
  description: "Says hello each second, and repeats its key foo",
  stability: "stable",
  // Called for each instance: whatever is kept in here is that instance's own.
  create: () => {
    let foo = "";
    let collected: FluentCounter;
    let logger: FluentLogger;
    return {
      // Called once, before anything moves. An error ends the start.
      init: (_ctx, fluentbit) => {
        // Any key of the section, without regard to case; "" if it is not there.
        foo = fluentbit.conf.string("foo");
        // Shown as fluentbit_plugin_collect_total.
        collected = fluentbit.metrics.newCounter("collect_total", "Total number of collects", "plugin");
        logger = fluentbit.logger;
      },
      // Called once; runs until the run drains. Time comes from the context, so that a test can let it pass at will.
      collect: async (ctx, channel) => {
        for (;;) {
          await ctx.clock.sleep(1000, ctx.draining);
          if (ctx.draining.aborted) return;
          collected.add(1, "go-test-input-plugin");
          logger.info("[go-test-input-plugin] operation succeeded");
          // Awaiting is all that back-pressure takes: it waits while what comes after this input is full.
          await channel.send({ record: { message: "hello from go-test-input-plugin", foo } });
        }
      },
    };
  },
});

export { plugin };
