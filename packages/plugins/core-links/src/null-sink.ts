import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";

/** `sink.null` of the classic generation. */
export const nullSink: Plugin = /* @__PURE__ */ defineLink({
  name: "sink.null",
  description: "Takes every message and keeps none (classic generation)",
  role: "sink",
  create: () => ({ recv: () => "done" }),
});
