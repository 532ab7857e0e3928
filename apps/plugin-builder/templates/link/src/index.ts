/**
 * The link `template-name`: refuses messages that are too large, and passes the others on.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import * as z from "zod";

/** Answers `invalid` to a message that is larger than `max_bytes`; for every other its answer is that of the next link. */
const plugin: Plugin = defineLink({
  name: "template-name",
  description: "Refuses messages that are too large",
  role: "link",
  options: z.strictObject({
    max_bytes: z.number().int().positive().default(1024).describe("The largest payload that passes, in bytes"),
  }),
  create: ({ max_bytes: maxBytes }, ctx) => {
    const refused = ctx.metrics.counter("template_name_refused", "Messages that were too large");
    return {
      recv(message, connectors) {
        if (message.payload.byteLength <= maxBytes) return connectors.send(message);
        refused.add(1);
        return "invalid";
      },
    };
  },
});

export { plugin };
