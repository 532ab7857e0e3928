import { defineInput } from "@millrace/api/fluent";
import * as z from "zod";

/** Tells every so often how much memory this process takes. */
export const plugin = defineInput({
  name: "memory",
  description: "Tells how much memory this process takes",
  options: z.strictObject({ interval_ms: z.coerce.number().positive().default(1000).describe("Milliseconds between two records") }),
  create: ({ interval_ms: interval }) => {
    /** @type {import("@millrace/api/fluent").FluentCounter | undefined} */
    let told;
    return {
      init(_ctx, fluentbit) {
        told = fluentbit.metrics.newCounter("memory_told_total", "Records that were made");
      },
      async collect(ctx, channel) {
        while (!ctx.draining.aborted) {
          const { rss, heapUsed } = process.memoryUsage();
          await channel.send({ record: { rss, heap_used: heapUsed } });
          told?.add(1);
          await ctx.clock.sleep(interval, ctx.draining);
        }
      },
    };
  },
});
