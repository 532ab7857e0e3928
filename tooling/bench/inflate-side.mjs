// The other side of the benchmark: inflates the blocks of a trace and does nothing else, and prints what it took as JSON.
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { takeApart } from "./container.mjs";

const [file] = process.argv.slice(2);
const { blocks } = takeApart(readFileSync(file));
let records = 0;
let bytes = 0;

const before = process.cpuUsage();
for (const block of blocks) {
  // As the trace reader does it: one buffer that takes the whole block.
  bytes += inflateRawSync(block.data, { chunkSize: Math.min(1 << 20, Math.max(16_384, block.data.length * 4)) }).length;
  records += block.records;
}
const cpu = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ records, bytes, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);
