// Measures peak memory, of traces of several lengths.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS, script, side } from "./processes.mjs";

/** The most memory that any work may need, in megabytes. */
const MOST = 200;
/** How much more the longest trace may need than the one before it: what V8 lets gather until it collects everything varies by so much. */
const MOST_MORE = 50;

/** How long the traces are, as parts of the usual length. */
const LENGTHS = [0.125, 1, 8];

/**
 * Left to itself, V8 gives young objects more room the longer a program runs, whatever it does; the commands hold them to 4 MB.
 * Reading is shown with and without. Works that write all they read leave out the longest trace: that would be a lot of disk.
 * Gives what is beyond its bound, in words.
 */
export function measureMemory({ traces, works, worker, folder, records }) {
  const beyond = [];
  const target = join(folder, "out");
  const lengths = LENGTHS.map((length) => Math.round(length * records));
  process.stdout.write(`| trace | work | ${lengths.map((length) => `MB, ${length} records`).join(" | ")} |\n|${" --- |".repeat(2 + lengths.length)}\n`);
  for (const { name, file } of traces) {
    const files = lengths.map((length, index) => {
      const long = join(folder, `long-${index}.sf`);
      script("traces.mjs", "repeat", file, long, length);
      return long;
    });
    const row = (work, what, flags) => {
      const writesAll = work.export && !work.policies;
      const peaks = (writesAll ? files.slice(0, -1) : files).map((trace) => {
        const { peakMegabytes } = side(worker, [JSON.stringify({ ...work, file: trace, target })], flags);
        rmSync(target, { force: true });
        return peakMegabytes;
      });
      process.stdout.write(`| ${name} | ${what} | ${files.map((_, index) => peaks[index]?.toFixed(0) ?? "").join(" | ")} |\n`);
      return peaks;
    };
    for (const work of works) {
      const peaks = row(work, work.name, NODE_FLAGS);
      const most = Math.max(...peaks);
      if (most > MOST) beyond.push(`${name}, ${work.name}: ${most.toFixed(0)} MB, where ${MOST} are allowed`);
      const more = peaks.length < files.length ? 0 : peaks.at(-1) - peaks.at(-2);
      if (more > MOST_MORE) beyond.push(`${name}, ${work.name}: the longest trace needs ${more.toFixed(0)} MB more, where ${MOST_MORE} are allowed`);
    }
    const [reading] = works;
    if (reading) row(reading, `${reading.name}, without the flag of the commands`, []);
    for (const long of files) rmSync(long);
  }
  return beyond;
}
