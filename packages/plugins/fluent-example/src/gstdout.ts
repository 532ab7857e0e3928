/**
 * An output that prints: the twin of the Go SDK's example `gstdout`.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import { print, printRecords } from "./print.ts";

const plugin: Plugin = defineOutput({
  name: "gstdout",
  version: "0.1.0",
  description: "Prints records as Go prints maps",
  stability: "stable",
  create: () => ({
    init: (_ctx, { conf }) => print(`[flb-go] plugin parameter = '${conf.string("param")}'\n`),
    flush: (_ctx, channel) => printRecords(channel),
  }),
});

export { plugin };
