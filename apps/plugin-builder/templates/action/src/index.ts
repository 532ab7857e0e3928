/**
 * The action `template-name`: tags an event with the user who is behind it.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineAction } from "@millrace/api/sysflow";
import * as z from "zod";

/** Adds the tag `PREFIX` + user. Where the user is not known, it adds none. */
const plugin: Plugin = defineAction({
  name: "template-name",
  description: "Tags an event with the user behind it",
  options: z.strictObject({
    prefix: z.string().default("user:").describe("What stands before the name of the user"),
  }),
  create:
    ({ prefix }) =>
    (event) => {
      const user = event.record.text("sf.proc.user");
      if (user !== "") event.addTag(prefix + user);
    },
});

export { plugin };
