// The rehearsal of a release: publishes everything to a registry of its own, and does in empty folders what users and
// authors of plugins do. A line for each step; ends with their sum. `--keep` leaves the folders behind, to look around.
// Where the registry's packages can't be had, it says so and leaves itself out.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../bootstrap/set-up.mjs";
import { bold, line, red } from "../bootstrap/steps.mjs";
import { installRegistry, startRegistry } from "./registry.mjs";
import { steps } from "./steps.mjs";
import { emptyFolder } from "./user.mjs";
import { copyWorkspace } from "./workspace-copy.mjs";

const { folder: modules, problem } = await installRegistry();
if (modules === undefined) {
  process.stdout.write(`rehearsal: left out, the registry to rehearse with can't be had: ${problem}\n`);
  process.exit(0);
}
await setUp();
const scratch = mkdtempSync(join(tmpdir(), "millrace-rehearsal-"));
mkdirSync(join(scratch, "workspace"));
const registry = await startRegistry(modules, join(scratch, "registry"));
let passed = 0;
let failed = 0;
try {
  const stage = {
    workspace: await copyWorkspace(join(scratch, "workspace"), registry.settings),
    folder: (name) => emptyFolder(join(scratch, name), registry.settings),
  };
  for (const { name, run } of steps) {
    if (failed > 0) {
      // Each step stands on those before it.
      failed += 1;
      process.stdout.write(`${red("✗")} ${name}: not tried\n`);
      continue;
    }
    const finish = line("rehearsal");
    try {
      await run(stage);
      passed += 1;
      finish(true, name);
    } catch (error) {
      failed += 1;
      finish(false, name);
      process.stdout.write(`\n${error.message}\n\n`);
    }
  }
} finally {
  await registry.stop();
  if (process.argv.includes("--keep")) process.stdout.write(`\nThe folders are in ${bold(scratch)}.\n`);
  else rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
