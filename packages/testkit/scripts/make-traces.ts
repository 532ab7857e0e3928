/**
 * Writes the traces of the examples anew from their scenarios:
 *
 *     node --conditions=@millrace/source packages/testkit/scripts/make-traces.ts
 */
import { mkdir, writeFile } from "node:fs/promises";
import { exampleTraces } from "../src/scenario/example-traces.ts";

const folder = new URL("../../../examples/traces/", import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, scene] of Object.entries(exampleTraces)) {
  const told = scene();
  const bytes = await told.trace();
  await writeFile(new URL(name, folder), bytes);
  console.log(`${name}: ${told.records.length} records, ${bytes.byteLength} bytes`);
}
