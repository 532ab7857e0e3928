// The floors of the benchmarks: inflates the blocks of a trace and does nothing else, or writes so many bytes as well. Prints what
// the whole process took as JSON.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { takeApart } from "./container.mjs";

const [file, bytes = "0", target] = process.argv.slice(2);
const { blocks } = takeApart(readFileSync(file));
const out = target === undefined ? undefined : openSync(target, "w");
const page = Buffer.alloc(1 << 19, "a");
let records = 0;
let written = 0;

for (const [index, block] of blocks.entries()) {
  // As the trace reader does it: one buffer that takes the whole block.
  inflateRawSync(block.data, { chunkSize: Math.min(1 << 20, Math.max(16_384, block.data.length * 4)) });
  records += block.records;
  // Evenly over the blocks, as an export does it.
  for (const due = ((index + 1) / blocks.length) * Number(bytes); out !== undefined && written < due; )
    written += writeSync(out, page, 0, Math.min(page.length, Math.ceil(due - written)));
}
if (out !== undefined) closeSync(out);
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ records, cpuSeconds: (user + system) / 1e6, seconds: performance.now() / 1000 })}\n`);
