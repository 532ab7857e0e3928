/**
 * Runs the simulator from the command line:
 *
 *     node --conditions=@millrace/source packages/core-contract/src/simulate.ts --seeds 10000 [--from 1]
 *     node --conditions=@millrace/source packages/core-contract/src/simulate.ts --seed 42 --trace
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
  },
});
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count)) throw new Error("--seed, --seeds and --from want whole numbers");

const unhandled: string[] = [];
process.on("unhandledRejection", (reason) => void unhandled.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)));

const start = performance.now();
const ends = new Map<string, number>();
let failures = 0;
let batches = 0;
let virtualMs = 0;
for (let seed = from; seed < from + count; seed++) {
  const finding = await simulate(seed, values.trace ? (line) => console.log(line) : undefined);
  const violations = [...finding.violations, ...unhandled.splice(0).map((what) => `unhandled rejection: ${what}`)];
  batches += finding.batches;
  virtualMs += finding.virtualMs;
  for (const end of finding.lives) ends.set(end, (ends.get(end) ?? 0) + 1);
  if (violations.length === 0) continue;
  failures += 1;
  console.log(
    `seed ${seed} (${finding.lives.join(", ")}):\n${violations
      .slice(0, 5)
      .map((violation) => `  ${violation}`)
      .join("\n")}`,
  );
}
const seconds = (performance.now() - start) / 1000;
const lives = [...ends].map(([end, times]) => `${times} ${end}`).join(", ");
const hours = Math.round(virtualMs / 3_600_000);
console.log(
  `${count} ${count === 1 ? "seed" : "seeds"}, ${failures} failed, in ${seconds.toFixed(1)} s: lives ${lives}; ${batches} batches received; ${hours} hours of virtual time`,
);
process.exitCode = failures === 0 ? 0 : 1;
