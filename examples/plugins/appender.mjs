import { open } from "node:fs/promises";
import { defineLink } from "@millrace/api/flow";
import * as z from "zod";

/** Appends each payload to a file, a line each. A message is done when its line is written. */
export const plugin = defineLink({
  name: "appender",
  description: "Appends each payload to a file",
  role: "sink",
  options: z.strictObject({ path: z.string().min(1).describe("The file; it is made if it is not there") }),
  create: ({ path }) => {
    /** @type {import("node:fs/promises").FileHandle | undefined} */
    let file;
    return {
      async start() {
        file = await open(path, "a");
      },
      /** @returns {Promise<import("@millrace/api").Status>} */
      async recv({ payload }) {
        await file?.appendFile(Buffer.concat([payload, Buffer.from("\n")]));
        return "done";
      },
      cleanup: () => file?.close(),
    };
  },
});
