// Runs the sides of the benchmarks, each in a process of its own, as the commands run: bundled, and with the flag of their
// first line.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BUNDLE, REQUIRE } from "../../apps/driver/bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
/** The Node of the project, whichever one runs the benchmark. */
export const node = join(root, "node_modules/node/bin/node");
/** What the commands give Node: the first line of apps/driver/bin/sfprocessor.mjs. */
export const NODE_FLAGS = ["--max-semi-space-size=4"];

/** The machine, in a line. */
export function machine() {
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`;
}

/** Bundles the side that works, as the commands are bundled, into a folder. Gives its file. */
export async function bundleWork(folder) {
  mkdirSync(folder, { recursive: true });
  await build({
    ...BUNDLE,
    absWorkingDir: here,
    entryPoints: [
      { in: "work-side.mjs", out: "work-side" },
      { in: "../../packages/plugins/driver-file/src/trace-worker.ts", out: "trace-worker" },
    ],
    outdir: folder,
    banner: REQUIRE,
  });
  // What stands above the folder may not say that it holds modules.
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return join(folder, "work-side.js");
}

/** Runs a side, and gives what it printed. */
export function side(file, args, flags = NODE_FLAGS) {
  return printed([...flags, file, ...args.map(String)]);
}

/** Runs a script of this folder with the sources of the packages, and gives what it printed. */
export function script(name, ...args) {
  return printed(["--conditions=@millrace/source", join(here, name), ...args.map(String)]);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function printed(args) {
  return JSON.parse(execFileSync(node, args, { encoding: "utf8", timeout: 600_000, stdio: ["ignore", "pipe", "inherit"] }));
}
