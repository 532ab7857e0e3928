/**
 * The output `template-name`: appends each record to a file, as a line of JSON.
 *
 * @packageDocumentation
 */
import { appendFile } from "node:fs/promises";
import { MillraceError, type Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import * as z from "zod";

/** Writes `{"tag":TAG,"time":SECONDS,…}`. A chunk is delivered when it is written; one that can't be written is tried again. */
const plugin: Plugin = defineOutput({
  name: "template-name",
  description: "Appends each record to a file as a line of JSON",
  options: z.strictObject({
    path: z.string().min(1).describe("The file; it is made if it is not there, its folder is not"),
  }),
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
        throw new MillraceError("TEMPLATE_NAME_WRITE", `can't write ${path}`, { cause, retryable: true });
      }
    },
  }),
});

export { plugin };
