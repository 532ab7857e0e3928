import { defineProcessor } from "@millrace/api/sysflow";
import * as z from "zod";

/** Counts the events of each program, and says at the end which were the busiest. */
export const plugin = defineProcessor({
  name: "tally",
  description: "Counts the events of each program",
  options: z.strictObject({ top: z.number().int().positive().default(3).describe("How many programs to name") }),
  in: "flat",
  create: ({ top }, ctx) => {
    const events = ctx.metrics.counter("tally_events", "Events of a program", "exe");
    /** @type {Map<string, number>} */
    const counts = new Map();
    return {
      async process(input) {
        for await (const batch of input) {
          for (const record of batch.data) {
            const exe = record.text("sf.proc.exe");
            counts.set(exe, (counts.get(exe) ?? 0) + 1);
            events.add(1, exe);
          }
        }
        const busiest = [...counts].sort((a, b) => b[1] - a[1]).slice(0, top);
        ctx.log.info(busiest.map(([exe, count]) => `${exe}: ${count}`).join(", "));
      },
    };
  },
});
