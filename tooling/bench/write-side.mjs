// The second floor of the benchmark of exports: inflates the blocks of a trace, writes as many bytes as the export has, and prints what it took as JSON.
// The bytes go past the cache of the system where that is possible (O_DIRECT), since that takes the least of the processor's time.
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { takeApart } from "./container.mjs";

const PAGE_BYTES = 1 << 20;
const ALIGNMENT = 4096;

const [file, bytes, target] = process.argv.slice(2);
const { blocks } = takeApart(readFileSync(file));
// Memory of WebAssembly begins at a page of the system, as direct writes want it.
const page = new Uint8Array(new WebAssembly.Memory({ initial: PAGE_BYTES / 65_536 }).buffer).fill(0x61);
const ordinary = openSync(target, "w");
const direct = openDirect();
let records = 0;
let written = 0;

const before = process.cpuUsage();
for (const [index, block] of blocks.entries()) {
  inflateRawSync(block.data, { chunkSize: Math.min(1 << 20, Math.max(16_384, block.data.length * 4)) });
  records += block.records;
  // Evenly over the blocks, as an export does it, in whole pages; what is left at the end comes last.
  const due = ((index + 1) / blocks.length) * Number(bytes);
  while (due - written >= PAGE_BYTES) written += writeSync(direct ?? ordinary, page, 0, PAGE_BYTES, written);
}
while (written < Number(bytes)) written += writeSync(ordinary, page, 0, Math.min(PAGE_BYTES, Number(bytes) - written), written);
const cpu = process.cpuUsage(before);
closeSync(ordinary);
if (direct !== undefined) closeSync(direct);
process.stdout.write(`${JSON.stringify({ records, bytes: written, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);

/** The direct way into the target, `undefined` where the system or its file system has none. */
function openDirect() {
  if (constants.O_DIRECT === undefined) return undefined;
  let descriptor;
  try {
    descriptor = openSync(target, constants.O_WRONLY | constants.O_DIRECT);
    writeSync(descriptor, page, 0, ALIGNMENT, 0);
    return descriptor;
  } catch {
    if (descriptor !== undefined) closeSync(descriptor);
    return undefined;
  }
}
