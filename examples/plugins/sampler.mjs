import { defineLink } from "@millrace/api/flow";
import * as z from "zod";

/** Passes one message in so many on, and answers the others itself. */
export const plugin = defineLink({
  name: "sampler",
  description: "Passes one message in so many on",
  role: "link",
  options: z.strictObject({ oneIn: z.number().int().positive().default(10).describe("How many messages it takes for one to pass") }),
  create: ({ oneIn }) => {
    let seen = 0;
    return {
      recv: (message, connectors) => (seen++ % oneIn === 0 ? connectors.send(message) : "done"),
    };
  },
});
