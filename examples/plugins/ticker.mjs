import { defineLink } from "@millrace/api/flow";
import * as z from "zod";

/** Sends a numbered message every so often, and says what became of those that failed. */
export const plugin = defineLink({
  name: "ticker",
  description: "Sends a numbered message every so often",
  role: "receiver",
  options: z.strictObject({ every: z.number().positive().default(1000).describe("Milliseconds between two messages") }),
  create: ({ every }, ctx) => {
    /** @type {Set<Promise<void>>} */
    const open = new Set();
    /** @type {import("@millrace/api").Timer | undefined} */
    let timer;
    let number = 0;
    return {
      start(connectors) {
        timer = ctx.clock.every(every, () => {
          const own = ++number;
          const sent = connectors.send({ payload: Buffer.from(`tick ${own}`), meta: {} }).then((status) => {
            open.delete(sent);
            if (status !== "done") ctx.log.warn(`tick ${own}: ${status}`);
          });
          open.add(sent);
        });
      },
      async stop() {
        timer?.cancel();
        await Promise.all(open);
      },
    };
  },
});
