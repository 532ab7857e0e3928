// One side of the benchmark of exports: reads, flattens and exports a trace through the runtime without rules, and prints what it took as JSON.
import { defineProcessor } from "../../packages/api/src/sysflow/index.ts";
import { createRun, MetricsRegistry, plan, Registry, systemClock } from "../../packages/core/src/index.ts";
import { plugin as driverFile } from "../../packages/plugins/driver-file/src/index.ts";
import { plugin as exporter } from "../../packages/plugins/exporter/src/index.ts";
import { flattener, reader } from "../../packages/plugins/sysflow-reader/src/index.ts";
import { EventBuilder, eventChannel, flatChannel, sysflowChannel } from "../../packages/sysflow/src/index.ts";

const [file, format, target] = process.argv.slice(2);
let records = 0;

/** Passes every record on as an event of which no rule says anything. */
const enrich = defineProcessor({
  name: "enrich",
  description: "Passes records on as events",
  in: "flat",
  out: "event",
  create: () => ({
    async process(input, outputs) {
      const verdict = { rules: [] };
      for await (const batch of input) {
        const builder = new EventBuilder(batch.data);
        for (let index = 0; index < batch.data.records; index++) builder.add(index, verdict);
        records += batch.data.records;
        const sent = outputs.send(builder.end());
        if (sent) await sent;
      }
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
    { id: "enrich", plugin: "enrich", kind: "processor", options: {} },
    { id: "exporter", plugin: "exporter", kind: "processor", options: { export: "file", format, "file.path": target } },
  ],
  edges: [
    { from: "file", to: "reader", channel: "sysflow" },
    { from: "reader", to: "enrich", channel: "flat" },
    { from: "enrich", to: "exporter", channel: "event" },
  ],
  service: {},
  plugins: [],
};
const registry = new Registry().add(...[driverFile, reader, flattener, enrich, exporter]);
const { graph, diagnostics } = await plan(spec, registry, { kinds: [sysflowChannel, flatChannel, eventChannel] });
if (!graph) throw new Error(diagnostics.map(({ message }) => message).join("\n"));

let peak = 0;
const note = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const before = process.cpuUsage();
const begun = performance.now();
const run = createRun(graph, host);
const samples = setInterval(note, 50);
const result = await run.start();
clearInterval(samples);
note();
const cpu = process.cpuUsage(before);
if (result.error) throw result.error;
process.stdout.write(
  `${JSON.stringify({ records, cpuSeconds: (cpu.user + cpu.system) / 1e6, user: cpu.user / 1e6, seconds: (performance.now() - begun) / 1000, peakRss: peak })}\n`,
);
