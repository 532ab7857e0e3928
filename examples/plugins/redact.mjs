import { defineFilter } from "@millrace/api/fluent";
import * as z from "zod";

/** Hides the values of some keys, and drops records in which nothing else is left. */
export const plugin = defineFilter({
  name: "redact",
  description: "Hides the values of some keys",
  options: z.strictObject({ keys: z.string().describe("The keys, separated by commas") }),
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
