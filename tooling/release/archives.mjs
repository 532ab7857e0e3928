// Packs what a release publishes. The package of the release holds the hashes of the others' archives, and the driver holds
// that package: so those two, and whatever else needs them, are built and packed last.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { line, run, step } from "../bootstrap/steps.mjs";
import { publishedIntegrity } from "./registry.mjs";
import { releaseOf, releaseText, writeRelease } from "./release-file.mjs";
import { inBatches, RELEASE } from "./release-plan.mjs";

/** Packs the packages of a plan that are due, into folders below `target`. Gives the path of each one's archive. */
export async function packRelease(plan, target) {
  const all = plan.flat();
  const last = withNeeders(all, RELEASE);
  const archives = new Map();
  const integrity = new Map();
  await packAll(
    all.filter(({ name, due }) => due && !last.has(name)),
    target,
    archives,
  );
  for (const [name, archive] of archives) integrity.set(name, hashOf(archive));

  const lastDue = all.filter(({ name, due }) => due && last.has(name));
  if (lastDue.length === 0) return archives;
  const { packages } = await releaseOf();
  const asTheyAre = Object.entries(packages).filter(([name]) => !integrity.has(name));
  await inBatches(asTheyAre, 4, async ([name, { version }]) => integrity.set(name, await publishedIntegrity(name, version)));
  const restore = releaseText(await releaseOf());
  try {
    writeRelease(releaseText(await releaseOf(integrity)));
    await step("build", "turbo", ["run", "build", ...[...last].map((name) => `--filter=${name}`), "--output-logs=errors-only", "--concurrency=2"], {
      describe: () => "the release with its hashes",
    });
    await packAll(lastDue, target, archives);
  } finally {
    writeRelease(restore);
  }
  return archives;
}

/** A package, and all that need it, however far away. */
function withNeeders(all, name) {
  const found = new Set([name]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const entry of all) if (entry.needs.some((need) => found.has(need))) found.add(entry.name);
  }
  return found;
}

async function packAll(entries, target, archives) {
  const finish = line("pack");
  const results = await inBatches(entries, 2, async ({ name, folder }) => {
    const destination = join(target, name.replace("/", "-"));
    mkdirSync(destination, { recursive: true });
    const { code, output } = await run("pnpm", ["pack", "--pack-destination", destination], { cwd: folder });
    if (code === 0) archives.set(name, join(destination, readdirSync(destination)[0]));
    return code === 0 ? undefined : `${name} can't be packed:\n${output.trim()}`;
  });
  const problems = results.filter((problem) => problem !== undefined);
  finish(problems.length === 0, `${entries.length} archives`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function hashOf(archive) {
  return `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
}
