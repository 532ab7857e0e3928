// Measures what the runtime costs, as ratios within one run.
//
//   npm run bench                     reading, judging and exporting, against inflating the same blocks and doing nothing else
//   npm run bench -- --start          how long the built sfprocessor takes to the first record (start-bench.mjs)
//   npm run bench -- --memory         peak memory, for traces of several lengths
//   npm run bench -- --threads        what a second thread is worth
//   options: --records N (default 2000000), --repetitions N (default 3), --only TRACE, --work TEXT, --variant repeated|salted
//
// Ends with 1 where a figure is beyond its bound on a recorded trace.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    memory: { type: "boolean", default: false },
    start: { type: "boolean", default: false },
    threads: { type: "boolean", default: false },
    records: { type: "string", default: "2000000" },
    repetitions: { type: "string", default: "3" },
    only: { type: "string" },
    work: { type: "string" },
    variant: { type: "string" },
  },
});

const root = join(import.meta.dirname, "../..");
if (!existsSync(join(root, "node_modules/node/bin/node"))) {
  process.stderr.write("The project is not set up yet: run `npm start` or `npm test` first.\n");
  process.exit(1);
}
const { bundleWork, machine, node, script } = await import("./processes.mjs");
const { worksOf } = await import("./works.mjs");
const data = process.env.MILLRACE_CONFORMANCE ?? join(root, "../shared");
// On the disk that the project is on: the folder for temporary files may be in memory.
const folder = mkdtempSync(join(root, "node_modules/.bench-"));
try {
  process.stdout.write(`${machine()}\n\n`);
  process.exitCode = options.start ? start() : await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In a process of its own, whose table is printed as it comes. */
function start() {
  return spawnSync(node, [join(import.meta.dirname, "start-bench.mjs")], { stdio: "inherit", timeout: 300_000 }).status ?? 1;
}

async function measure() {
  const common = {
    traces: traces(),
    works: worksOf(data).filter(({ name }) => !options.work || name.includes(options.work)),
    worker: await bundleWork(join(folder, "work")),
    folder,
    records: Number(options.records),
    repetitions: Number(options.repetitions),
    variant: options.variant,
  };
  if (options.memory) return ended((await import("./memory.mjs")).measureMemory(common));
  if (options.threads) return ended((await import("./threads.mjs")).measureThreads(common));
  const slow = (await import("./speed.mjs")).measureSpeed(common);
  return ended(slow.map(({ trace, work, ratio }) => `${trace}, ${work.name}: the ratio of ${ratio.toFixed(3)} is below ${work.must}`));
}

function ended(beyond) {
  for (const text of beyond) process.stdout.write(`\n${text}\n`);
  return beyond.length > 0 ? 1 : 0;
}

/** The traces there are: recorded ones where the conformance data is, otherwise one of our own, which has no bounds. */
function traces() {
  const recorded = ["mon.1531776682", "k8s_small"]
    .map((name) => ({ name, recorded: true, file: join(data, "traces", `${name}.sf`) }))
    .filter(({ file }) => existsSync(file));
  if (recorded.length > 0) return recorded.filter(({ name }) => !options.only || name === options.only);
  process.stdout.write("No recorded traces here (MILLRACE_CONFORMANCE names their folder): a generated one is measured.\n\n");
  const file = join(folder, "generated.sf");
  script("traces.mjs", "generate", "-", file);
  return [{ name: "generated", recorded: false, file }];
}
