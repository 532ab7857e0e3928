/**
 * The input `template-name`: tells every so often how much memory the machine has, and how much of it is free.
 *
 * @packageDocumentation
 */
import { freemem, totalmem } from "node:os";
import type { Plugin } from "@millrace/api";
import { defineInput, type FluentCounter } from "@millrace/api/fluent";
import * as z from "zod";

/** Makes records `{ total, free }`, in bytes. */
const plugin: Plugin = defineInput({
  name: "template-name",
  description: "Tells how much memory the machine has free",
  options: z.strictObject({
    interval_ms: z.coerce.number().positive().default(1000).describe("Milliseconds between two records"),
  }),
  create: ({ interval_ms: interval }) => {
    let told: FluentCounter | undefined;
    return {
      init(_ctx, fluentbit) {
        told = fluentbit.metrics.newCounter("template_name_total", "Records that were made");
      },
      async collect(ctx, channel) {
        while (!ctx.draining.aborted) {
          await channel.send({ record: { total: totalmem(), free: freemem() } });
          told?.add(1);
          await ctx.clock.sleep(interval, ctx.draining);
        }
      },
    };
  },
});

export { plugin };
