/**
 * An output that runs several times, each with its own key `id`: the twin of the Go SDK's example `multiinstance`. There
 * it takes a handle for each instance; here every instance is an object, and there is nothing to do.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineOutput, type FluentLogger } from "@millrace/api/fluent";
import { printRecords } from "./print.ts";

const plugin: Plugin = defineOutput({
  name: "multiinstance",
  version: "0.1.0",
  description: "Prints records, and says by its id which instance was called",
  stability: "stable",
  create: () => {
    let id = "";
    let logger: FluentLogger;
    return {
      init: (_ctx, fluentbit) => {
        id = fluentbit.conf.string("id");
        logger = fluentbit.logger;
        logger.info(`[multiinstance] id = ${JSON.stringify(id)}`);
      },
      flush: (_ctx, channel) => {
        logger.info(`[multiinstance] Flush called for id: ${id}`);
        return printRecords(channel);
      },
    };
  },
});

export { plugin };
