// Every package has the form of the house: tooling/checks/house-form/form.mjs says what that is. Prints what is wrong, a line each,
// and ends with 1 if there is anything. `--fix` mends what can be mended without a thought, and says what is left; `--list`
// prints the form as a table. `--root FOLDER` looks at another tree.
import { resolve } from "node:path";
import { root } from "../bootstrap/workspace.mjs";
import { judge, listing, mend } from "./house-form/judge.mjs";

const args = process.argv.slice(2);
const tree = args.includes("--root") ? resolve(args[args.indexOf("--root") + 1] ?? ".") : root;

if (args.includes("--list")) list();
else {
  const written = args.includes("--fix") ? mend(tree) : [];
  for (const file of written) process.stdout.write(`${file}: mended\n`);
  const findings = judge(tree);
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  if (findings.length === 0) process.stdout.write("form: every package has the form of the house\n");
  else if (args.includes("--fix")) process.stdout.write(`form: ${findings.length} left to be mended by hand\n`);
  else process.stdout.write("run: node tooling/checks/check.mjs --fix --only form\n");
  process.exitCode = findings.length === 0 ? 0 : 1;
}

function list() {
  const rows = listing();
  const widths = ["of", "about"].map((key) => Math.max(...rows.map((row) => row[key].length)));
  for (const { of, about, says } of rows) process.stdout.write(`${of.padEnd(widths[0])}  ${about.padEnd(widths[1])}  ${says}\n`);
}
