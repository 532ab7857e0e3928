// One side of the benchmark of exports: reads, flattens, judges (where policies are named) and exports a trace through the
// runtime, and prints what it took as JSON.
import { defineProcessor } from "../../packages/api/src/sysflow/index.ts";
import { createRun, MetricsRegistry, plan, Registry, systemClock } from "../../packages/core/src/index.ts";
import { plugin as driverFile } from "../../packages/plugins/driver-file/src/index.ts";
import { plugin as exporter } from "../../packages/plugins/exporter/src/index.ts";
import { plugin as policyEngine } from "../../packages/plugins/policy-engine/src/index.ts";
import { flattener, reader } from "../../packages/plugins/sysflow-reader/src/index.ts";
import { EventBuilder, eventChannel, flatChannel, sysflowChannel } from "../../packages/sysflow/src/index.ts";

const [file, format, target, policies] = process.argv.slice(2);

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
    policies
      ? { id: "events", plugin: "policyengine", kind: "processor", options: { policies, mode: "alert" } }
      : { id: "events", plugin: "enrich", kind: "processor", options: {} },
    { id: "exporter", plugin: "exporter", kind: "processor", options: { export: "file", format, "file.path": target } },
  ],
  edges: [
    { from: "file", to: "reader", channel: "sysflow" },
    { from: "reader", to: "events", channel: "flat" },
    { from: "events", to: "exporter", channel: "event" },
  ],
  service: {},
  plugins: [],
};
const registry = new Registry().add(...[driverFile, reader, flattener, enrich, policyEngine, exporter]);
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
const of = (id) => run.stats().find((node) => node.id === id);
const records = of("reader").out.records;
const events = of("events").out.records;
process.stdout.write(
  `${JSON.stringify({ records, events, cpuSeconds: (cpu.user + cpu.system) / 1e6, user: cpu.user / 1e6, seconds: (performance.now() - begun) / 1000, peakRss: peak })}\n`,
);
