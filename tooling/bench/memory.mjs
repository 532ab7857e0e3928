// Measures peak memory: of a short trace and of one a hundred times as long.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS, script, side } from "./processes.mjs";

/** The most memory that any work may need, in megabytes, and how much more a trace a hundred times as long may need. */
const MOST = 200;
const MOST_MORE = 20;

/**
 * Left to itself, V8 gives young objects more room the longer a program runs, whatever it does; the commands hold them to 4 MB.
 * Reading is shown with and without. Gives what is beyond its bound, in words.
 */
export function measureMemory({ traces, works, worker, folder }) {
  const beyond = [];
  const [short, long, target] = [join(folder, "short.sf"), join(folder, "long.sf"), join(folder, "out")];
  process.stdout.write("| trace | work | records | peak MB | records | peak MB |\n| --- | --- | --- | --- | --- | --- |\n");
  for (const { name, file } of traces) {
    const { records } = script("traces.mjs", "repeat", file, short, 20_000);
    script("traces.mjs", "repeat", file, long, records * 100);
    const row = (work, what, flags) => {
      const [once, hundred] = [short, long].map((trace) => {
        const { peakMegabytes } = side(worker, [JSON.stringify({ ...work, file: trace, target })], flags);
        rmSync(target, { force: true });
        return peakMegabytes;
      });
      process.stdout.write(`| ${name} | ${what} | ${records} | ${once.toFixed(0)} | ${records * 100} | ${hundred.toFixed(0)} |\n`);
      return { once, hundred };
    };
    for (const work of works) {
      const { once, hundred } = row(work, work.name, NODE_FLAGS);
      if (hundred > MOST) beyond.push(`${name}, ${work.name}: ${hundred.toFixed(0)} MB, where ${MOST} are allowed`);
      if (!work.export && hundred - once > MOST_MORE)
        beyond.push(`${name}, ${work.name}: the long trace needs ${(hundred - once).toFixed(0)} MB more, where ${MOST_MORE} are allowed`);
    }
    const [reading] = works;
    if (reading) row(reading, `${reading.name}, without the flag of the commands`, []);
    rmSync(short);
    rmSync(long);
  }
  return beyond;
}
