import type { PluginKind, PluginSource } from "@millrace/api";
import { type PluginEntry, Registry } from "@millrace/core";

/**
 * Every plugin that needs no installing. Each is imported when a pipeline names it. The sentences are those of the plugins
 * themselves, so that a list of plugins imports none of them; a test compares them.
 */
export const BUILTINS: readonly PluginEntry[] = [
  ...from(() => import("@millrace/plugin-driver-file"), ["driver", "file", ""]),
  ...from(
    () => import("@millrace/plugin-sysflow-reader"),
    ["processor", "sysflowreader", ""],
    ["handler", "flattener", ""],
  ),
  ...from(() => import("@millrace/plugin-processor-example"), ["processor", "example", ""]),
  ...from(() => import("@millrace/plugin-handler-printer"), ["handler", "printer", ""]),
  ...from(() => import("@millrace/plugin-action-example"), ["action", "now", ""]),
  ...from(
    () => import("@millrace/plugin-core-links"),
    ["link", "core.receiver", ""],
    ["link", "core.mux", ""],
    ["link", "core.sink", ""],
    ["link", "receiver.tcp", ""],
    ["link", "receiver.http", ""],
    ["link", "link.mux", ""],
    ["link", "sink.dumper", ""],
    ["link", "sink.null", ""],
  ),
  ...from(() => import("@millrace/plugin-stdout"), ["link", "stdout", ""]),
  ...from(
    () => import("@millrace/plugin-fluent-core"),
    ["input", "dummy", ""],
    ["output", "stdout", ""],
    ["output", "null", ""],
    ["output", "counter", ""],
    ["node", "chunk", ""],
  ),
  ...from(
    () => import("@millrace/plugin-conversions"),
    ["node", "flat-message", ""],
    ["node", "flat-record", ""],
    ["node", "message-record", ""],
    ["node", "record-message", ""],
  ),
];

/** A registry of all that is built in, with further places to look for plugins. */
export function builtinRegistry(sources: readonly PluginSource[] = []): Registry {
  return new Registry()
    .add(...BUILTINS)
    .addChannel(
      ...["sysflow", "flat", "event"].map((name) => ({ name, load: () => import("@millrace/sysflow") })),
      { name: "message", load: () => import("@millrace/api/flow") },
      { name: "record", load: () => import("@millrace/api/fluent") },
    )
    .addConversion(
      { from: "flat", to: "message", plugin: "flat-message" },
      { from: "flat", to: "record", plugin: "flat-record" },
      { from: "message", to: "record", plugin: "message-record" },
      { from: "record", to: "message", plugin: "record-message" },
    )
    .addSource(...sources);
}

type Described = readonly [kind: PluginKind, name: string, description: string];

function from(load: () => Promise<unknown>, ...plugins: readonly Described[]): PluginEntry[] {
  return plugins.map(([kind, name, description]) => ({ kind, name, description, load }));
}
