// One side of the benchmark: reads and flattens a trace through the runtime, and prints what it took as JSON.
import { defineNode } from "../../packages/api/src/index.ts";
import { createRun, MetricsRegistry, plan, Registry, systemClock } from "../../packages/core/src/index.ts";
import { plugin as driverFile } from "../../packages/plugins/driver-file/src/index.ts";
import { flattener, reader } from "../../packages/plugins/sysflow-reader/src/index.ts";
import { eventChannel, flatChannel, sysflowChannel } from "../../packages/sysflow/src/index.ts";

const [file] = process.argv.slice(2);
let records = 0;

/** Counts records and keeps nothing. */
const counter = defineNode({
  name: "counter",
  description: "Counts records",
  channels: { in: ["flat"], out: [] },
  create: () => ({
    async run(input) {
      for await (const batch of input) records += batch.data.records;
    },
  }),
});

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error: (text) => process.stderr.write(`${text}\n`), enabled: () => false };
const metrics = new MetricsRegistry();
const host = {
  clock: systemClock,
  random: Math.random,
  logger: () => quiet,
  metrics: (name) => metrics.of(name),
  stateDirectory: async () => {
    throw new Error("the benchmark keeps no state");
  },
};
const spec = {
  dialect: "test",
  nodes: [
    { id: "file", plugin: "file", kind: "driver", options: { path: file } },
    { id: "reader", plugin: "sysflowreader", kind: "processor", options: {}, hosted: [{ slot: "handler", plugin: "flattener", kind: "handler", options: {} }] },
    { id: "counter", plugin: "counter", kind: "node", options: {} },
  ],
  edges: [
    { from: "file", to: "reader", channel: "sysflow" },
    { from: "reader", to: "counter", channel: "flat" },
  ],
  service: {},
  plugins: [],
};
const registry = new Registry().add(...[driverFile, reader, flattener, counter]);
const { graph, diagnostics } = await plan(spec, registry, { kinds: [sysflowChannel, flatChannel, eventChannel] });
if (!graph) throw new Error(diagnostics.map(({ message }) => message).join("\n"));

const before = process.cpuUsage();
const begun = performance.now();
const samples = setInterval(() => note(), 50);
let peak = 0;
const { error } = await createRun(graph, host).start();
if (error) throw error;
clearInterval(samples);
note();
const cpu = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ records, cpuSeconds: (cpu.user + cpu.system) / 1e6, seconds: (performance.now() - begun) / 1000, peakRss: peak })}\n`);

function note() {
  peak = Math.max(peak, process.memoryUsage.rss());
}
