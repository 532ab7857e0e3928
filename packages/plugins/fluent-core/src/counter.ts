import type { Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import { fixed6 } from "@millrace/fluent";
import * as z from "zod";
import { standardOutput, type Target } from "./standard-output.ts";

/** Makes the output `counter` with a place to write to. */
export function counterTo(target: Target): Plugin {
  return defineOutput({
    name: "counter",
    version: "0.1.0",
    description: "Prints how many records each flush has, and how many there were in all",
    stability: "stable",
    options: z.strictObject({}),
    create: () => {
      let inChunk = 0;
      let total = 0;
      return {
        init: () => target.open?.(),
        flush: (ctx, { batch }) => {
          inChunk += batch.records;
          if (batch.chunk?.last === false) return undefined;
          const records = inChunk;
          inChunk = 0;
          total += records;
          const now = fixed6(ctx.clock.now() / 1000);
          return target.write(Buffer.from(`{"ts":${now},"serialized_events":${records},"log_records":${records},"total":${total}}\n`));
        },
        cleanup: () => target.close?.(),
      };
    },
  });
}

/** The output `counter`. */
const counterOutput: Plugin = counterTo(standardOutput);

export { counterOutput };
