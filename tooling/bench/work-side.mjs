// The side of a benchmark that works: reads and flattens a trace through the runtime, and, as it is told, judges it by policies
// and exports it. Prints what the whole process took as JSON.
import { defineNode } from "../../packages/api/src/index.ts";
import { createRun, MetricsRegistry, plan, Registry, systemClock } from "../../packages/core/src/index.ts";
import { plugin as driverFile } from "../../packages/plugins/driver-file/src/index.ts";
import { flattener, reader } from "../../packages/plugins/sysflow-reader/src/index.ts";
import { eventChannel, flatChannel, sysflowChannel } from "../../packages/sysflow/src/index.ts";

/** The trace; with `export`, its format, the file to write, and perhaps the policies that events must match; and the threads. */
const { file, export: format, target, policies, threads } = JSON.parse(process.argv[2]);

let counted = 0;
/** Counts records and keeps nothing. */
const counter = defineNode({
  name: "counter",
  description: "Counts records",
  channels: { in: ["flat"], out: [] },
  create: () => ({
    async run(input) {
      for await (const batch of input) counted += batch.data.records;
    },
  }),
});

const reading = [
  { id: "file", plugin: "file", kind: "driver", options: { path: file, ...(threads && { threads }) } },
  { id: "reader", plugin: "sysflowreader", kind: "processor", options: {}, hosted: [{ slot: "handler", plugin: "flattener", kind: "handler", options: {} }] },
];
const exporting = [
  { id: "events", plugin: "policyengine", kind: "processor", options: policies ? { policies, mode: "alert" } : { mode: "enrich" } },
  { id: "exporter", plugin: "exporter", kind: "processor", options: { export: "file", format, "file.path": target } },
];
const spec = {
  dialect: "test",
  nodes: [...reading, ...(format ? exporting : [{ id: "counter", plugin: "counter", kind: "node", options: {} }])],
  edges: [
    { from: "file", to: "reader", channel: "sysflow" },
    ...(format
      ? [
          { from: "reader", to: "events", channel: "flat" },
          { from: "events", to: "exporter", channel: "event" },
        ]
      : [{ from: "reader", to: "counter", channel: "flat" }]),
  ],
  service: {},
  plugins: [],
};
// What a work does not need is not loaded, as the commands do it.
const exports = format
  ? [(await import("../../packages/plugins/exporter/src/index.ts")).plugin, (await import("../../packages/plugins/policy-engine/src/index.ts")).plugin]
  : [];
const registry = new Registry().add(driverFile, reader, flattener, counter, ...exports);

/** Rules have warnings that matter to nobody here; a work that is not done as it was asked for does. */
function warn(text) {
  if (text.startsWith("threads")) throw new Error(text);
}

const metrics = new MetricsRegistry();
const host = {
  clock: systemClock,
  random: Math.random,
  logger: () => ({ trace() {}, debug() {}, info() {}, warn, error: (text) => process.stderr.write(`${text}\n`), enabled: () => false }),
  metrics: (name) => metrics.of(name),
  stateDirectory: async () => {
    throw new Error("the benchmark keeps no state");
  },
};
const { graph, diagnostics } = await plan(spec, registry, { kinds: [sysflowChannel, flatChannel, eventChannel] });
if (!graph) throw new Error(diagnostics.map(({ message }) => message).join("\n"));

const run = createRun(graph, host);
const { error } = await run.start();
if (error) throw error;
const records = run.stats().find(({ id }) => id === "reader").out.records;
if (!format && counted !== records) throw new Error(`${counted} of ${records} records were counted`);
const { user, system } = process.cpuUsage();
process.stdout.write(
  `${JSON.stringify({
    records,
    events: run.stats().find(({ id }) => id === "events")?.out.records ?? 0,
    cpuSeconds: (user + system) / 1e6,
    userSeconds: user / 1e6,
    seconds: performance.now() / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1e3,
  })}\n`,
);
