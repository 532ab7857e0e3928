// All that CI checks beside the tests (checks.mjs lists it), each check as a line. `--only NAME` runs one of them; `--fix`
// runs what mends, in place of what checks.
import { checks } from "./checks.mjs";
import { runChecks } from "./run-checks.mjs";

const args = process.argv.slice(2);
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
const fix = args.includes("--fix");
const able = checks.filter((check) => !fix || check.fix);
const wanted = able.filter(({ name }) => only === undefined || only === name);
if (wanted.length === 0) {
  process.stdout.write(`There is no check "${only}"${fix ? " that can mend" : ""}; there are ${able.map(({ name }) => name).join(", ")}.\n`);
  process.exit(2);
}
const { passed, failed } = await runChecks(wanted.map((check) => ({ ...check, command: fix ? check.fix : check.command })));
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
