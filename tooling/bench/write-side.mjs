// The second floor of the benchmark of exports: inflates the blocks of a trace, writes as many bytes as the export has, and prints what it took as JSON.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { takeApart } from "./container.mjs";

const [file, bytes, target] = process.argv.slice(2);
const { blocks } = takeApart(readFileSync(file));
const page = Buffer.alloc(1 << 19, "a");
const out = openSync(target, "w");
let records = 0;
let written = 0;

const before = process.cpuUsage();
for (const [index, block] of blocks.entries()) {
  inflateRawSync(block.data, { chunkSize: Math.min(1 << 20, Math.max(16_384, block.data.length * 4)) });
  records += block.records;
  // Evenly over the blocks, as an export does it.
  for (const due = ((index + 1) / blocks.length) * Number(bytes); written < due; )
    written += writeSync(out, page, 0, Math.min(page.length, Math.ceil(due - written)));
}
const cpu = process.cpuUsage(before);
closeSync(out);
process.stdout.write(`${JSON.stringify({ records, bytes: written, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);
