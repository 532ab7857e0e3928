// Measures what a second thread is worth: wall time with one and with two, and that the output is the same.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { median, script, side } from "./processes.mjs";

/** Prints the table. Gives the works whose output differs. */
export function measureThreads({ traces, works, worker, folder, records, repetitions }) {
  const differing = [];
  const [long, target] = [join(folder, "long.sf"), join(folder, "out")];
  process.stdout.write(`| trace | work | wall seconds, 1 thread | 2 threads | ratio | CPU seconds, 1 thread | 2 threads |\n|${" --- |".repeat(7)}\n`);
  for (const { name, file } of traces) {
    script("traces.mjs", "repeat", file, long, records);
    for (const work of works) {
      const seen = { 1: [], 2: [] };
      const sums = new Set();
      for (let i = 0; i < repetitions; i++) {
        for (const threads of [1, 2]) {
          seen[threads].push(side(worker, [JSON.stringify({ ...work, file: long, target, threads })]));
          if (work.export) sums.add(sumOf(target));
          rmSync(target, { force: true });
        }
      }
      if (sums.size > 1) differing.push(`${name}, ${work.name}: the output differs`);
      const of = (threads, key) => median(seen[threads].map((run) => run[key]));
      const cells = [of(1, "seconds"), of(2, "seconds"), of(1, "seconds") / of(2, "seconds"), of(1, "cpuSeconds"), of(2, "cpuSeconds")];
      process.stdout.write(`| ${[name, work.name, ...cells.map((cell) => cell.toFixed(2))].join(" | ")} |\n`);
    }
    rmSync(long);
  }
  return differing;
}

/** The SHA-256 of a file of any size. */
function sumOf(file) {
  const hash = createHash("sha256");
  const part = Buffer.alloc(1 << 20);
  const descriptor = openSync(file);
  for (let read = readSync(descriptor, part); read > 0; read = readSync(descriptor, part)) hash.update(part.subarray(0, read));
  closeSync(descriptor);
  return hash.digest("hex");
}
