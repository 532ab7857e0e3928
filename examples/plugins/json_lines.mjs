import { appendFile } from "node:fs/promises";
import { MillraceError } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import * as z from "zod";

/** Appends each record to a file as a line of JSON. A chunk is delivered when it is written. */
export const plugin = defineOutput({
  name: "json_lines",
  description: "Appends each record to a file as a line of JSON",
  options: z.strictObject({ path: z.string().min(1).describe("The file; it is made if it is not there") }),
  create: ({ path }) => ({
    async flush(_ctx, channel) {
      let text = "";
      for (const message of channel) {
        try {
          text += `${JSON.stringify({ tag: message.tag, time: message.time.seconds, ...message.record })}\n`;
        } catch (cause) {
          channel.setAside(message, `no JSON: ${cause instanceof Error ? cause.message : cause}`);
        }
      }
      try {
        await appendFile(path, text);
      } catch (cause) {
        throw new MillraceError("EXAMPLE_WRITE", `can't write ${path}`, { cause, retryable: true });
      }
    },
  }),
});
