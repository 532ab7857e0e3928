// Measures exports, without rules and with, against the least that has to be done: inflating the same blocks; and, as a second floor,
// inflating them and writing as many bytes.
//
//   node tooling/bench/export-bench.mjs [--records N (default 1000000)] [--repetitions N (default 3)] [--only TRACE] [--work TEXT] [--variant repeated|salted] [--built]
//
// With --built, what `npm run build` has built is measured, as the commands run it: to run sources as they are takes about 30 MB more.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const data = process.env.MILLRACE_CONFORMANCE ?? join(root, "../shared");
/** The Node of the project, whichever one runs this file. */
const node = join(root, "node_modules/node/bin/node");

const { values: options } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    repetitions: { type: "string", default: "3" },
    only: { type: "string" },
    work: { type: "string" },
    variant: { type: "string" },
    built: { type: "boolean", default: false },
  },
});

if (!existsSync(node)) {
  process.stderr.write("The project is not set up yet: run `npm start` or `npm test` first.\n");
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
try {
  process.stdout.write(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}\n\n`,
  );
  process.stdout.write("Microseconds of CPU a record; the ratios are of records per CPU second.\n\n");
  process.stdout.write(
    "| trace | variant | work | bytes a record | inflating | and writing | the export | of it in user mode | ratio to inflating | to inflating and writing | peak MB |\n",
  );
  process.stdout.write("|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const { name, file } of traces()) {
    for (const [variant, how, share] of [
      ["repeated", "repeat", 1],
      ["salted", "salt", 0.25],
    ]) {
      if (options.variant !== undefined && variant !== options.variant) continue;
      const long = join(folder, `${name}-${variant}.sf`);
      const { records } = child("traces.mjs", how, file, long, String(Math.round(Number(options.records) * share)));
      for (const work of works()) print(name, variant, work.name, records, measure(long, work));
      rmSync(long);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The traces there are: recorded ones where the conformance data is, otherwise one of our own. */
function traces() {
  const recorded = ["mon.1531776682", "k8s_small"].map((name) => ({ name, file: join(data, "traces", `${name}.sf`) })).filter(({ file }) => existsSync(file));
  if (recorded.length > 0) return recorded.filter(({ name }) => !options.only || name === options.only);
  process.stdout.write("No recorded traces here (MILLRACE_CONFORMANCE names their folder): a generated one is measured.\n\n");
  const file = join(folder, "generated.sf");
  child("traces.mjs", "generate", "-", file);
  return [{ name: "generated", file }];
}

/** What is measured: every event with all that is known of it, and alerts of policies, where the conformance data has them. */
function works() {
  const folder = join(data, "policies");
  const alerts = ["falco.yaml", "runtimeintegrity/ttps.yaml"].map((file) => ({
    name: `${file}, alert → json file`,
    format: "json",
    policies: join(folder, file),
  }));
  return [
    { name: "enrich → json file", format: "json" },
    { name: "enrich → ecs file", format: "ecs" },
    ...alerts.filter(({ policies }) => existsSync(policies)),
  ].filter(({ name }) => !options.work || name.includes(options.work));
}

/** All three by turns, each run in a process of its own, which writes a new file; the median of each. */
function measure(file, { format, policies = "" }) {
  const target = join(folder, "out");
  const runs = Array.from({ length: Number(options.repetitions) }, () => {
    const inflated = child("inflate-side.mjs", file);
    const exported = child("export-side.mjs", file, format, target, policies, options.built ? "built" : "source");
    const bytes = statSync(target).size;
    rmSync(target);
    const written = bytes === 0 ? inflated : child("write-side.mjs", file, String(bytes), target);
    rmSync(target, { force: true });
    return {
      bytes,
      events: exported.events,
      inflated: inflated.cpuSeconds,
      written: written.cpuSeconds,
      exported: exported.cpuSeconds,
      user: exported.user,
      peak: exported.peakRss,
    };
  });
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
}

function print(name, variant, work, records, { bytes, events, inflated, written, exported, user, peak }) {
  const each = (seconds) => ((seconds / records) * 1e6).toFixed(2);
  const ratios = [(inflated / exported).toFixed(3), (written / exported).toFixed(2)];
  const row = [
    name,
    variant,
    work,
    events === 0 ? 0 : Math.round(bytes / records),
    each(inflated),
    each(written),
    each(exported),
    each(user),
    ...ratios,
    (peak / 1e6).toFixed(0),
  ];
  process.stdout.write(`| ${row.join(" | ")} |\n`);
}

/** Runs one side, with the flag that the commands have. */
function child(script, ...args) {
  return JSON.parse(
    execFileSync(node, ["--max-semi-space-size=4", ...(options.built ? [] : ["--conditions=@millrace/source"]), join(here, script), ...args], {
      encoding: "utf8",
      timeout: 600_000,
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
