import type { PluginSource } from "@millrace/api";
import { type Conversion, type LoaderSettings, loaderSettings, Registry } from "@millrace/core";
import { BUILTINS } from "#builtin-plugins";

/** A distribution puts a list of its own in the place of this one: see `plugin-builder dist`. */
export { BUILTINS };

/** What turns the kinds of one family into those of another. */
export const CONVERSIONS: readonly Conversion[] = [
  { from: "flat", to: "message", plugin: "flat-message" },
  { from: "flat", to: "record", plugin: "flat-record" },
  { from: "message", to: "record", plugin: "message-record" },
  { from: "record", to: "message", plugin: "record-message" },
];

/**
 * A registry of all that is built in, with further places to look for plugins. How careful it is with them, the environment
 * says, and `settings` beside it.
 */
export function builtinRegistry(sources: readonly PluginSource[] = [], settings: LoaderSettings = {}): Registry {
  const fromEnvironment = loaderSettings(process.env);
  return new Registry({
    host: async () => (await import("./plugin-host.ts")).pluginHost(),
    allowWritable: settings.allowWritable || fromEnvironment.allowWritable,
    requireManifest: settings.requireManifest || fromEnvironment.requireManifest,
  })
    .add(...BUILTINS)
    .addChannel(
      ...["sysflow", "flat", "event"].map((name) => ({ name, load: () => import("./sysflow-channels.ts") })),
      { name: "message", load: () => import("@millrace/api/flow") },
      { name: "record", load: () => import("@millrace/api/fluent") },
    )
    .addConversion(...CONVERSIONS.filter(({ plugin }) => BUILTINS.some(({ kind, name }) => kind === "node" && name === plugin)))
    .addSource(...sources);
}
