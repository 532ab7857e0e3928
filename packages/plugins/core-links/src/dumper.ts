import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import { dumperText, writingLink } from "@millrace/flow";
import * as z from "zod";

const options = z.strictObject({
  out: z.string().min(1).describe("`STDOUT`, `STDERR`, or the path of a file that exists and is appended to"),
});

/** `sink.dumper` of the classic generation: prints each message with its metadata. */
export const dumper: Plugin = /* @__PURE__ */ defineLink({
  name: "sink.dumper",
  description: "Prints messages and their metadata to a standard stream or a file (classic generation)",
  role: "sink",
  options,
  create: ({ out }, ctx) =>
    writingLink({ target: out === "STDOUT" || out === "STDERR" ? out : { path: out, create: false }, encode: dumperText, metrics: "sink_dumper" }, ctx),
});
