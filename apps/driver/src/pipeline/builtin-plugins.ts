import type { PluginKind } from "@millrace/api";
import type { PluginEntry } from "@millrace/core";

/**
 * Every plugin that needs no installing. Each is imported when a pipeline names it. The sentences are those of the plugins
 * themselves, so that a list of plugins imports none of them; a test compares them.
 */
export const BUILTINS: readonly PluginEntry[] = [
  ...from(() => import("@millrace/plugin-driver-file"), ["driver", "file", "Reads SysFlow traces: a file, or all files of a folder one after the other"]),
  ...from(
    () => import("@millrace/plugin-sysflow-reader"),
    ["processor", "sysflowreader", "Keeps the entities of a stream of records, and calls a handler for each record"],
    ["handler", "flattener", "Turns processes' events, network flows, file flows, file events and Kubernetes events into flat records"],
  ),
  ...from(
    () => import("@millrace/plugin-policy-engine"),
    ["processor", "policyengine", "Judges events by Falco or Sigma rules, and calls the actions of the rules that match"],
  ),
  ...from(() => import("@millrace/plugin-exporter"), ["processor", "exporter", "Writes events as JSON or ECS to a file, the terminal, or nowhere"]),
  ...from(() => import("@millrace/plugin-processor-example"), ["processor", "example", "Says which processes start and end"]),
  ...from(() => import("@millrace/plugin-handler-printer"), ["handler", "printer", "Prints a line for each flow and event of a process"]),
  ...from(() => import("@millrace/plugin-action-example"), ["action", "now", "Tags an event with the time at which a rule matched it"]),
  ...from(
    () => import("@millrace/plugin-core-links"),
    ["link", "core.receiver", "Receives messages over TCP, UDP, a unix socket or HTTP (v1alpha1)"],
    ["link", "core.mux", "Joins several ways into one: passes every message on, and its answer back", "link.mux"],
    ["link", "core.sink", "Writes messages to a file or a standard stream, each ended by CR LF (v1alpha1)"],
    ["link", "receiver.tcp", "Receives messages over TCP (classic generation)"],
    ["link", "receiver.http", "Receives messages over HTTP (classic generation)"],
    ["link", "sink.dumper", "Prints messages and their metadata to a standard stream or a file (classic generation)"],
    ["link", "sink.null", "Takes every message and keeps none (classic generation)"],
  ),
  ...from(() => import("@millrace/plugin-stdout"), ["link", "stdout", "Prints messages and their metadata to standard output"]),
  ...from(
    () => import("@millrace/plugin-fluent-core"),
    ["input", "dummy", "Makes the same record again and again, for tests and trials"],
    ["output", "stdout", "Prints records to the standard output"],
    ["output", "null", "Takes everything and keeps nothing"],
    ["output", "counter", "Prints how many records each flush has, and how many there were in all"],
    ["node", "chunk", "Gathers records into chunks by input and tag, and sends them on at each flush"],
  ),
  ...from(
    () => import("@millrace/plugin-conversions"),
    ["node", "flat-message", "Makes each flat record of SysFlow a Flow message with a JSON payload"],
    ["node", "flat-record", "Makes each flat record of SysFlow a record of Fluent Bit"],
    ["node", "message-record", "Makes each Flow message a record of Fluent Bit"],
    ["node", "record-message", "Makes each record of Fluent Bit a Flow message with a JSON payload"],
  ),
];

type Described = readonly [kind: PluginKind, name: string, description: string, ...aliases: string[]];

function from(load: () => Promise<unknown>, ...plugins: readonly Described[]): PluginEntry[] {
  return plugins.map(([kind, name, description, ...aliases]) => ({ kind, name, aliases, description, load }));
}
