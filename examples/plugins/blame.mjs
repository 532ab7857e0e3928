import { defineAction } from "@millrace/api/sysflow";
import * as z from "zod";

/** Tags an event with the user who is behind it. */
export const plugin = defineAction({
  name: "blame",
  description: "Tags an event with the user behind it",
  options: z.strictObject({ prefix: z.string().default("user:").describe("What stands before the name") }),
  create:
    ({ prefix }) =>
    (event) =>
      event.addTag(prefix + event.record.text("sf.proc.user")),
});
