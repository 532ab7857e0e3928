import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import { type OutputTarget, parseBind, writingLink } from "@millrace/flow";
import * as z from "zod";
import { bindOption } from "./options.ts";

const END = Buffer.from("\r\n");

const options = z.strictObject({
  bind: bindOption(["file"], "Where to write: file://PATH, file://STDOUT or file://STDERR", ["tcp", "udp", "unix"]),
  max_retries: z.int().min(0).default(0).describe("For network schemes; a file is opened once, when the run starts"),
  min_backoff: z.int().min(0).default(50).describe("For network schemes, in milliseconds"),
  max_backoff: z.int().min(0).default(5000).describe("For network schemes, in milliseconds"),
});

/** `core.sink` of v1alpha1: writes the body of each message and CR LF. */
export const coreSink: Plugin = /* @__PURE__ */ defineLink({
  name: "core.sink",
  description: "Writes messages to a file or a standard stream, each ended by CR LF (v1alpha1)",
  role: "sink",
  options,
  create: ({ bind }, ctx) => {
    const address = parseBind(bind);
    return writingLink({ target: targetOf("path" in address ? address.path : bind), encode: ({ payload }) => [payload, END], metrics: "sink_file" }, ctx);
  },
});

function targetOf(path: string): OutputTarget {
  return path === "STDOUT" || path === "STDERR" ? path : { path, create: true };
}
