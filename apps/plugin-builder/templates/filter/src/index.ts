/**
 * The filter `template-name`: hides the values of some keys.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineFilter } from "@millrace/api/fluent";
import * as z from "zod";

/** Puts `***` in the place of each value that is secret, and drops records in which nothing else is left. */
const plugin: Plugin = defineFilter({
  name: "template-name",
  description: "Hides the values of some keys",
  options: z.strictObject({
    keys: z.string().min(1).describe("The keys whose values are hidden, separated by commas"),
  }),
  create: ({ keys }) => {
    const secret = new Set(keys.split(",").map((key) => key.trim()));
    return {
      filter(message) {
        const entries = Object.entries(message.record);
        if (entries.every(([key]) => secret.has(key))) return undefined;
        return { ...message, record: Object.fromEntries(entries.map(([key, value]) => [key, secret.has(key) ? "***" : value])) };
      },
    };
  },
});

export { plugin };
