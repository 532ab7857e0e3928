// Measures the works on long traces against the least that has to be done: inflating the same blocks, and, for those that write,
// inflating them and writing as many bytes.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { median, script, side } from "./processes.mjs";

/** Variants of a trace: what traces.mjs does to it, and what share of the records it gets. */
const VARIANTS = [
  { variant: "repeated", how: "repeat", share: 1 },
  { variant: "salted", how: "salt", share: 0.25 },
];

const HEAD = [
  "trace",
  "variant",
  "work",
  "bytes a record",
  "inflating, µs of CPU a record",
  "the work, µs of CPU a record",
  "in the kernel",
  "ratio",
  "must",
  "ratio to inflating and writing",
  "peak MB",
];

/** Prints the table as it comes. Gives the works whose ratio on a repeated recorded trace is below what it must be. */
export function measureSpeed({ traces, works, worker, folder, records, repetitions, variant }) {
  process.stdout.write(`| ${HEAD.join(" | ")} |\n|${" --- |".repeat(HEAD.length)}\n`);
  const slow = [];
  for (const trace of traces) {
    for (const kind of VARIANTS.filter((known) => !variant || known.variant === variant)) {
      const file = join(folder, "long.sf");
      const { records: made } = script("traces.mjs", kind.how, trace.file, file, Math.round(records * kind.share));
      for (const work of works) {
        const must = trace.recorded && kind.variant === "repeated" ? work.must : undefined;
        const row = compare({ file, work, must, worker, folder, repetitions, records: made });
        process.stdout.write(`| ${[trace.name, kind.variant, work.name, ...row.cells].join(" | ")} |\n`);
        if (must !== undefined && row.ratio < must) slow.push({ trace: trace.name, work, ratio: row.ratio });
      }
      rmSync(file);
    }
  }
  return slow;
}

/** All sides by turns, each in a process of its own that writes a new file; the median of each. */
function compare({ file, work, must, worker, folder, repetitions, records }) {
  const target = join(folder, "out");
  const runs = Array.from({ length: repetitions }, () => {
    const floor = side(floorSide, [file]);
    const worked = side(worker, [JSON.stringify({ ...work, file, target })]);
    const bytes = work.export ? statSync(target).size : 0;
    rmSync(target, { force: true });
    const writing = bytes > 0 ? side(floorSide, [file, bytes, target]) : floor;
    rmSync(target, { force: true });
    return {
      bytes,
      floor: floor.cpuSeconds,
      worked: worked.cpuSeconds,
      user: worked.userSeconds,
      peak: worked.peakMegabytes,
      // Of runs one after the other: what else the machine does changes from minute to minute.
      ratio: floor.cpuSeconds / worked.cpuSeconds,
      toWriting: writing.cpuSeconds / worked.cpuSeconds,
    };
  });
  const of = Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
  const each = (seconds) => ((seconds / records) * 1e6).toFixed(2);
  const cells = [
    of.bytes === 0 ? 0 : Math.round(of.bytes / records),
    each(of.floor),
    each(of.worked),
    each(of.worked - of.user),
    of.ratio.toFixed(3),
    must ?? "",
    of.bytes === 0 ? "" : of.toWriting.toFixed(2),
    of.peak.toFixed(0),
  ];
  return { ratio: of.ratio, cells };
}

const floorSide = new URL("inflate-side.mjs", import.meta.url).pathname;
