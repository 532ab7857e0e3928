// pnpm verify: what CI checks, for what has changed: the tests and types of the packages that changed and of all that
// depend on them, layout and lint of the files that changed, and those of the other checks that the change concerns.
// `--base COMMIT` counts changes from there; `--list` only says what would run.
import { bold, dim, run } from "../bootstrap/steps.mjs";
import { baseCommit, changedSince, packagesOf } from "./changed.mjs";
import { checks } from "./checks.mjs";
import { runChecks } from "./run-checks.mjs";

const args = process.argv.slice(2);
const { commit, about } = baseCommit(args.includes("--base") ? args[args.indexOf("--base") + 1] : undefined);
if (commit === undefined) {
  process.stdout.write(`There is no commit ${about} to count changes from.\n`);
  process.exit(2);
}
const { paths, files } = changedSince(commit);
if (paths.length === 0) {
  process.stdout.write(`Nothing has changed since ${about}. ${bold("pnpm check")} and ${bold("npm test")} check everything.\n`);
  process.exit(0);
}
const touched = packagesOf(paths);
const filters = touched.map(({ manifest }) => `--filter=...${manifest.name}`);
const names = touched.map(({ path }) => path);
process.stdout.write(
  `${paths.length} ${paths.length === 1 ? "path has" : "paths have"} changed since ${about}${names.length === 0 ? "" : `, in ${shortened(names)}`}\n`,
);

const wanted = checks.flatMap((check) => {
  if (check.concerns && !paths.some((path) => check.concerns.test(path))) return [];
  const command = check.narrow ? check.narrow({ files, filters, paths }) : check.command;
  return command ? [{ ...check, command }] : [];
});
if (filters.length > 0) {
  const command = ["turbo", "run", "test", "--output-logs=errors-only", "--concurrency=2", "--continue=always", ...filters];
  wanted.push({ name: "tests", command, about: "those of the packages that changed, and of all that depend on them" });
}

if (args.includes("--list")) {
  for (const { name, command } of wanted) process.stdout.write(`${name.padEnd(12)} ${dim(command.join(" "))}\n`);
  process.exit(0);
}
if (filters.length > 0)
  await run("turbo", ["run", "build", "--output-logs=errors-only", "--concurrency=2", ...touched.map(({ manifest }) => `--filter=${manifest.name}...`)]);
const { passed, failed } = await runChecks(wanted);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function shortened(list) {
  return list.length <= 6 ? list.join(", ") : `${list.slice(0, 5).join(", ")} and ${list.length - 5} more packages`;
}
