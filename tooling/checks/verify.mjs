// pnpm verify: what CI checks, for what has changed: types and tests of the packages that changed and of all that depend on
// them, tests that look at what has changed, layout and lint of the files, and those of the other checks that are concerned.
// `--base COMMIT` counts changes from there; `--list` only says what would run.
import { bold, dim } from "../bootstrap/steps.mjs";
import { baseCommit, changedSince, packagesOf } from "./changed.mjs";
import { checks } from "./checks.mjs";
import { runChecks } from "./run-checks.mjs";

const quietly = ["--output-logs=errors-only", "--concurrency=2"];
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
const { built, touched, looking } = packagesOf(paths);
const changed = [...built.map(({ manifest }) => `--filter=...${manifest.name}`), ...touched.map(({ manifest }) => `--filter=${manifest.name}`)];
const tested = [...changed, ...looking.map(({ manifest }) => `--filter=${manifest.name}`)];
const names = [...built, ...touched].map(({ path }) => path);
process.stdout.write(
  `${paths.length} ${paths.length === 1 ? "path has" : "paths have"} changed since ${about}${names.length === 0 ? "" : `, in ${shortened(names)}`}\n`,
);

const wanted = checks.flatMap((check) => {
  if (check.concerns && !paths.some((path) => check.concerns.test(path))) return [];
  const command = check.narrow ? check.narrow({ files, filters: changed }) : check.command;
  return command ? [{ ...check, command }] : [];
});
if (tested.length > 0) {
  const command = ["turbo", "run", "test", ...quietly, "--continue=always", ...tested];
  wanted.push({ name: "tests", command, about: "those of what changed, of what depends on it, and of what looks at it" });
}

if (args.includes("--list")) {
  for (const { name, command } of wanted) process.stdout.write(`${name.padEnd(12)} ${dim(command.join(" "))}\n`);
  process.exit(0);
}
const { passed, failed } = await runChecks(wanted);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function shortened(list) {
  return list.length <= 6 ? list.join(", ") : `${list.slice(0, 5).join(", ")} and ${list.length - 5} more packages`;
}
