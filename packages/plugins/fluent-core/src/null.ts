import type { Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import { textOptions } from "./text-options.ts";

/** The output `null`: takes everything and keeps nothing. Its options are those of `stdout`, and without effect. */
const nullOutput: Plugin = defineOutput({
  name: "null",
  version: "0.1.0",
  description: "Takes everything and keeps nothing",
  stability: "stable",
  options: textOptions,
  create: () => ({ flush: () => undefined }),
});

export { nullOutput };
