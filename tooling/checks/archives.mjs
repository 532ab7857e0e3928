// Packs every package that is published, as it would be published, and lets publint and attw judge the archive.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../bootstrap/steps.mjs";
import { packages } from "../bootstrap/workspace.mjs";

const scratch = mkdtempSync(join(tmpdir(), "millrace-archives-"));
const problems = [];
try {
  for (const { folder, manifest } of packages().filter(({ manifest }) => !manifest.private)) {
    const target = join(scratch, manifest.name.replace("/", "-"));
    const packed = await run("pnpm", ["pack", "--pack-destination", target], { cwd: folder });
    if (packed.code !== 0) {
      problems.push(`${manifest.name}: can't be packed\n${packed.output}`);
      continue;
    }
    const archive = join(target, readdirSync(target)[0]);
    const [lint, types] = await Promise.all([
      run("publint", [archive, "--strict"]),
      run("attw", [archive, "--profile", "esm-only", "--no-emoji", "--no-color", "--format", "ascii"]),
    ]);
    if (lint.code !== 0) problems.push(`${manifest.name}: publint\n${lint.output.trim()}`);
    if (types.code !== 0 && manifest.publishConfig?.exports?.["."] !== undefined) problems.push(`${manifest.name}: attw\n${types.output.trim()}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) process.stdout.write(`${problem}\n\n`);
process.stdout.write(problems.length === 0 ? "archives: every package packs well\n" : `archives: ${problems.length} problems\n`);
process.exit(problems.length === 0 ? 0 : 1);
