/**
 * Flow's `stdout`: prints each message with its metadata, as the example plugin of flow-plugins does.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import { dumperText, writingLink } from "@millrace/flow";
import * as z from "zod";

const plugin: Plugin = defineLink({
  name: "stdout",
  version: "0.1.0",
  description: "Prints messages and their metadata to standard output",
  role: "sink",
  options: z.strictObject({ out: z.literal("STDOUT").optional().describe("Taken for the sake of configurations that were written for `sink.dumper`") }),
  create: (_options, ctx) => writingLink({ target: "STDOUT", encode: dumperText, metrics: "plugins_sink_stdout" }, ctx),
});

export { plugin };
