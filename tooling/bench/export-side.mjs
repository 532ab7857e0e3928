// One side of the benchmark of exports: reads, flattens, judges (where policies are named) and exports a trace through the
// runtime, and prints what it took as JSON.

const [file, format, target, policies, form = "source"] = process.argv.slice(2);

/** A module of a package: its source, or what was built of it. */
const from = (folder, name = "index") => import(`../../packages/${folder}/${form === "built" ? `dist/${name}.js` : `src/${name}.ts`}`);
const { defineProcessor } = await from("api", "sysflow/index");
const { createRun, MetricsRegistry, plan, Registry, systemClock } = await from("core");
const { plugin: driverFile } = await from("plugins/driver-file");
const { plugin: exporter } = await from("plugins/exporter");
const { plugin: policyEngine } = await from("plugins/policy-engine");
const { flattener, reader } = await from("plugins/sysflow-reader");
const { EventBuilder, eventChannel, flatChannel, sysflowChannel } = await from("sysflow");

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
