import type { PluginSource } from "@millrace/api";
import { Registry } from "@millrace/core";
import { BUILTINS, CONVERSIONS } from "#builtin-plugins";

/** A distribution puts a list of its own in the place of this one: see `plugin-builder dist`. */
export { BUILTINS, CONVERSIONS };

/** A registry of all that is built in, with further places to look for plugins. */
export function builtinRegistry(sources: readonly PluginSource[] = []): Registry {
  return new Registry()
    .add(...BUILTINS)
    .addChannel(
      ...["sysflow", "flat", "event"].map((name) => ({ name, load: () => import("@millrace/sysflow") })),
      { name: "message", load: () => import("@millrace/api/flow") },
      { name: "record", load: () => import("@millrace/api/fluent") },
    )
    .addConversion(...CONVERSIONS)
    .addSource(...sources);
}
