// Measures reading and flattening traces against the least that has to be done: inflating the same blocks.
//
//   npm run bench                     the table
//   npm run bench -- --start          how long the built sfprocessor takes to the first record (start-bench.mjs)
//   npm run bench -- --memory         a short trace and one a hundred times as long: peak memory of both
//   options: --records N (default 2000000), --repetitions N (default 5), --only NAME, --variant repeated|salted
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
/** The Node of the project, whichever one runs this file. */
const node = join(root, "node_modules/node/bin/node");
/** Below this ratio, on the recorded traces, something is wrong. */
const REQUIRED = 0.25;
/** What the commands give Node (the first line of apps/driver/bin/sfprocessor.mjs), so that what users run is measured. */
const NODE_FLAGS = ["--max-semi-space-size=4"];
/** How much more memory a trace a hundred times as long may need. */
const MOST_MEGABYTES = 20;

const { values: options } = parseArgs({
  options: {
    memory: { type: "boolean", default: false },
    start: { type: "boolean", default: false },
    records: { type: "string", default: "2000000" },
    repetitions: { type: "string", default: "5" },
    only: { type: "string" },
    variant: { type: "string" },
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
  process.exitCode = options.start ? measureStart() : options.memory ? measureMemory() : measureSpeed();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The traces there are: recorded ones where the conformance data is, otherwise one of our own. */
function traces() {
  const data = process.env.MILLRACE_CONFORMANCE ?? join(root, "../shared");
  const recorded = ["mon.1531776682", "k8s_small"]
    .map((name) => ({ name, recorded: true, file: join(data, "traces", `${name}.sf`) }))
    .filter(({ file }) => existsSync(file));
  if (recorded.length > 0) return recorded.filter(({ name }) => !options.only || name === options.only);
  process.stdout.write("No recorded traces here (MILLRACE_CONFORMANCE names their folder): a generated one is measured.\n\n");
  const file = join(folder, "generated.sf");
  make("generate", "-", file);
  return [{ name: "generated", file }];
}

function measureSpeed() {
  const rows = [];
  for (const { name, recorded, file } of traces()) {
    for (const [variant, how, share] of [
      ["repeated", "repeat", 1],
      ["salted", "salt", 0.25],
    ].filter(([variant]) => !options.variant || variant === options.variant)) {
      const long = join(folder, `${name}-${variant}.sf`);
      const { records } = make(how, file, long, Math.round(Number(options.records) * share));
      rows.push({ name, recorded, variant, records, ...compare(long, records) });
      rmSync(long);
    }
  }
  print(rows);
  const slow = rows.filter(({ recorded, variant, ratio }) => recorded && variant === "repeated" && ratio < REQUIRED);
  for (const { name, ratio } of slow) process.stdout.write(`\n${name}: the ratio of ${ratio.toFixed(2)} is below ${REQUIRED}\n`);
  return slow.length > 0 ? 1 : 0;
}

/** Both sides by turns, each run in a process of its own; the median of each. */
function compare(file, records) {
  const inflate = [];
  const flatten = [];
  for (let i = 0; i < Number(options.repetitions); i++) {
    inflate.push(records / run([join(here, "inflate-side.mjs"), file]).cpuSeconds);
    flatten.push(records / run([...NODE_FLAGS, join(here, "pipeline-side.mjs"), file]).cpuSeconds);
  }
  const [inflated, flattened] = [median(inflate), median(flatten)];
  return { inflated, flattened, ratio: flattened / inflated };
}

/** In a process of its own, whose table is printed as it comes. */
function measureStart() {
  return spawnSync(node, [join(here, "start-bench.mjs")], { stdio: "inherit", timeout: 300_000 }).status ?? 1;
}

/**
 * A trace a hundred times as long must need no more memory. Left to itself, V8 gives young objects more room the longer a
 * program runs, whatever it does; the commands hold them to 4 MB. Both figures are shown.
 */
function measureMemory() {
  let worst = 0;
  for (const { name, file } of traces()) {
    const [short, long] = [join(folder, `${name}-short.sf`), join(folder, `${name}-long.sf`)];
    const { records } = make("repeat", file, short, 20_000);
    make("repeat", file, long, records * 100);
    const peak = (trace, ...flags) => run([...flags, join(here, "pipeline-side.mjs"), trace]).peakRss / 1e6;
    const shown = [["as the commands run", ...NODE_FLAGS], ["without their flag"]].map(([what, ...flags]) => {
      const [once, hundred] = [peak(short, ...flags), peak(long, ...flags)];
      if (flags.length > 0) worst = Math.max(worst, hundred - once);
      return `${what}: ${once.toFixed(0)} MB and ${hundred.toFixed(0)} MB`;
    });
    process.stdout.write(`${name}, peak memory for ${records} records and for ${records * 100}; ${shown.join("; ")}\n`);
    rmSync(short);
    rmSync(long);
  }
  if (worst > MOST_MEGABYTES)
    process.stdout.write(`\nA long trace needs ${worst.toFixed(0)} MB more than a short one; at most ${MOST_MEGABYTES} MB are allowed\n`);
  return worst > MOST_MEGABYTES ? 1 : 0;
}

function print(rows) {
  process.stdout.write(
    "| trace | variant | records | inflating alone, M records / CPU s | reading and flattening, M records / CPU s | ratio |\n|---|---|---|---|---|---|\n",
  );
  for (const { name, variant, records, inflated, flattened, ratio } of rows) {
    process.stdout.write(`| ${name} | ${variant} | ${records} | ${(inflated / 1e6).toFixed(2)} | ${(flattened / 1e6).toFixed(2)} | ${ratio.toFixed(2)} |\n`);
  }
}

function make(...args) {
  return run([join(here, "traces.mjs"), ...args.map(String)]);
}

/** Runs a script in a process of its own, with the sources of the packages, and gives what it printed. */
function run(args) {
  return JSON.parse(
    execFileSync(node, ["--conditions=@millrace/source", ...args], { encoding: "utf8", timeout: 600_000, stdio: ["ignore", "pipe", "inherit"] }),
  );
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
