import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";

/** `core.mux` of v1alpha1, and `link.mux` of the classic generation. */
export const mux: Plugin = /* @__PURE__ */ defineLink({
  name: "core.mux",
  aliases: ["link.mux"],
  description: "Joins several ways into one: passes every message on, and its answer back",
  role: "link",
  create: () => ({ recv: (message, connectors) => connectors.send(message) }),
});
