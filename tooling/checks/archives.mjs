// Packs every package that is published, as it would be published. publint and attw judge the archive, it must hold a
// licence and a README, and its files are compared with the list that is kept (pack-contents.mjs). `--fix` writes the lists.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../bootstrap/steps.mjs";
import { packages } from "../bootstrap/workspace.mjs";
import { inBatches } from "../release/release-plan.mjs";
import { compareContents, contentsOf } from "./pack-contents.mjs";

const fix = process.argv.includes("--fix");
const scratch = mkdtempSync(join(tmpdir(), "millrace-archives-"));
const problems = [];
const contents = new Map();
try {
  const built = await run("turbo", ["run", "build", "--output-logs=errors-only", "--concurrency=2"]);
  if (built.code !== 0) throw new Error(built.output);
  const published = packages().filter(({ manifest }) => !manifest.private);
  await inBatches(published, 2, judge);
  const differences = compareContents(contents, { fix });
  if (differences.length > 0) problems.push(...differences, "run: node tooling/checks/archives.mjs --fix");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(problems.length === 0 ? `archives: ${contents.size} packages pack well\n` : `archives: ${problems.length} problems\n`);
process.exit(problems.length === 0 ? 0 : 1);

/** The compiler leaves what it has made of sources that are gone by now; a fresh clone has none of it. */
function removeOrphans(folder) {
  const dist = join(folder, "dist");
  for (const file of readdirSync(dist, { recursive: true })) {
    const [, source] = /^(.*?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file) ?? [];
    if (source !== undefined && !existsSync(join(folder, "src", `${source}.ts`))) rmSync(join(dist, file));
  }
}

async function judge({ folder, manifest }) {
  const target = join(scratch, manifest.name.replace("/", "-"));
  mkdirSync(target);
  if (manifest.scripts?.build?.startsWith("tsc ")) removeOrphans(folder);
  const packed = await run("pnpm", ["pack", "--pack-destination", target], { cwd: folder });
  if (packed.code !== 0) {
    problems.push(`${manifest.name}: can't be packed\n${packed.output}`);
    return;
  }
  const archive = join(target, readdirSync(target)[0]);
  const list = await contentsOf(archive);
  contents.set(manifest.name, list);
  for (const file of ["LICENSE", "README.md", "package.json"])
    if (!list.split("\n").includes(file)) problems.push(`${manifest.name}: its archive has no ${file}`);
  if (fix) return;
  const hasTypes = manifest.publishConfig?.exports?.["."] !== undefined;
  const lint = await run("publint", [archive, "--strict"]);
  if (lint.code !== 0) problems.push(`${manifest.name}: publint\n${lint.output.trim()}\n`);
  if (!hasTypes) return;
  const types = await run("attw", [archive, "--profile", "esm-only", "--no-emoji", "--no-color", "--format", "ascii"]);
  if (types.code !== 0) problems.push(`${manifest.name}: attw\n${types.output.trim()}\n`);
}
