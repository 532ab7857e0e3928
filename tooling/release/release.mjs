// pnpm release: publishes every package whose version the registry does not have, those that others need first.
//   --dry-run         says what would be published, in which order and why, and does nothing. Change files that wait count
//                     as if `pnpm version-packages` had been run
//   --tag TAG         the tag of the registry: `latest` unless told, `edge` for a pre-release
//   --no-git-checks   publishes from a tree with changes, and leaves out the tags of git
// Run again after a failure, it goes on where it stopped.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bold, dim, line, red, run, step } from "../bootstrap/steps.mjs";
import { packRelease } from "./archives.mjs";
import { changeFiles } from "./change-files.mjs";
import { inBatches, releasePlan } from "./release-plan.mjs";
import { copyTrialTree } from "./trial-tree.mjs";
import { raiseVersions } from "./version.mjs";

const args = process.argv.slice(2);
const gitChecks = !args.includes("--no-git-checks");
const scratch = mkdtempSync(join(tmpdir(), "millrace-release-"));

try {
  process.exitCode = (await (args.includes("--dry-run") ? showPlan() : release())) ? 0 : 1;
} catch (error) {
  process.stdout.write(`${red("✗")} ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function showPlan() {
  const waiting = changeFiles().length;
  if (waiting > 0) {
    copyTrialTree(scratch);
    await raiseVersions(scratch);
  }
  const plan = await releasePlan(waiting > 0 ? scratch : undefined);
  const due = plan.map((round) => round.filter((entry) => entry.due)).filter((round) => round.length > 0);
  const all = due.flat();
  if (all.length === 0) {
    process.stdout.write("Nothing to publish: the registry has every version.\n");
    return true;
  }
  process.stdout.write(`${bold(`${count(all.length, "package")} would be published`)}, in this order; those of one round need only those above them:\n`);
  const width = Math.max(...all.map(({ name }) => name.length));
  due.forEach((round, index) => {
    process.stdout.write(`\n${dim(`round ${index + 1}`)}\n`);
    for (const { name, version, latest, why } of round) {
      const versions = latest === undefined ? `${version} (first)` : `${latest} → ${version}`;
      process.stdout.write(`  ${name.padEnd(width)}  ${versions.padEnd(15)}  ${why}`.trimEnd().concat("\n"));
    }
  });
  const left = plan.flat().length - all.length;
  process.stdout.write(`\n${left > 0 ? `The registry has the other ${left} as they are. ` : ""}Tag: ${tagOf(all[0].version)}.\n`);
  if (waiting > 0)
    process.stdout.write(`${count(waiting, "change file")} would be used up: first run ${bold("pnpm version-packages")}, and commit what it does.\n`);
  return true;
}

async function release() {
  const problem = gitChecks ? await notReady() : undefined;
  if (problem !== undefined) throw new Error(problem);
  const finish = line("plan");
  const plan = await releasePlan().catch((error) => {
    finish(false, error.message);
    throw error;
  });
  const due = plan.map((round) => round.filter((entry) => entry.due));
  const all = due.flat();
  finish(true, `${count(all.length, "package")} to publish, ${plan.flat().length - all.length} as they are`);
  if (all.length === 0) return true;

  await step("build", "turbo", ["run", "build", ...all.map(({ name }) => `--filter=${name}`), "--output-logs=errors-only", "--concurrency=2"]);
  const archives = await packRelease(plan, scratch);
  for (const round of due) {
    const results = await inBatches(round, 3, (entry) => publish(entry, archives.get(entry.name)));
    if (results.every(Boolean)) continue;
    process.stdout.write(`\n${red("It stopped here.")} What stands above with ✓ is published. Run the same command again; it goes on where it stopped.\n`);
    return false;
  }
  if (gitChecks) await tag(all);
  return true;
}

async function notReady() {
  if (changeFiles().length > 0) return `${count(changeFiles().length, "change file")} wait: run pnpm version-packages, and commit what it does`;
  const { output } = await run("git", ["status", "--porcelain"]);
  return output.trim() === "" ? undefined : "the tree has changes that are not committed: commit them, or publish all the same with --no-git-checks";
}

async function publish({ name, version }, archive) {
  const finish = line("publish");
  // Provenance is signed by the CI that builds: elsewhere there is nobody to vouch for it.
  const provenance = process.env.ACTIONS_ID_TOKEN_REQUEST_URL ? ["--provenance"] : [];
  const { code, output } = await run("pnpm", ["publish", archive, "--access", "public", "--tag", tagOf(version), "--no-git-checks", ...provenance]);
  finish(code === 0, `${name} ${version}`);
  if (code !== 0) process.stdout.write(`\n${output.trim()}\n\n`);
  return code === 0;
}

/** A tag of git for each package. The lines are for those who make release pages of them. */
async function tag(all) {
  for (const { name, version } of all) {
    const { code, output } = await run("git", ["tag", `${name}@${version}`]);
    if (code !== 0) throw new Error(`git tag ${name}@${version}: ${output.trim()}`);
    process.stdout.write(`New tag: ${name}@${version}\n`);
  }
  process.stdout.write(`${bold("git push --tags")} tells others of them.\n`);
}

function tagOf(version) {
  const at = args.indexOf("--tag");
  if (at >= 0) return args[at + 1];
  return version.includes("-") ? "edge" : "latest";
}

function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
