// pnpm new plugin KIND NAME     a plugin in packages/plugins/NAME, which builds, passes its tests and runs as it is
// pnpm new package NAME TEXT    a package in packages/NAME; TEXT says in one line what it is
// Both have the form of the house, a change file, and what is made from the sources. `--no-install` leaves out what needs an
// installation; `--root FOLDER` works in another tree, and installs nothing there.
// Run it as: node --conditions=@millrace/source tooling/new/new.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isMillraceError } from "../../packages/api/src/index.ts";
import { formatDiagnostics } from "../../packages/text/src/index.ts";
import { dim, green, step } from "../bootstrap/steps.mjs";
import { root } from "../bootstrap/workspace.mjs";
import { makePackage } from "./new-package.mjs";
import { makePlugin } from "./new-plugin.mjs";

const USAGE = `pnpm new plugin KIND NAME          KIND: processor, handler, action, driver, link, input, filter, output
pnpm new package NAME "WHAT IT IS"
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "no-install": { type: "boolean", default: false }, root: { type: "string" } },
});
const tree = resolve(values.root ?? root);
const [what, ...words] = positionals;

const make = { plugin: makePlugin, package: makePackage }[what];
if (make === undefined || words.length !== 2) {
  process.stderr.write(USAGE);
  process.exit(2);
}
let made;
try {
  made = await make(tree, ...words);
} catch (cause) {
  if (!isMillraceError(cause)) throw cause;
  process.stderr.write(`${formatDiagnostics(cause.diagnostics)}\n`);
  process.exit(1);
}
process.stdout.write(`${green("✓")} ${made.path} ${dim(made.about)}\n`);
if (tree === root && !values["no-install"]) await install(made.path);
process.stdout.write(`\nWhat comes next:\n${made.next.map((line) => `  ${line}\n`).join("")}`);

/** Installs what the package needs, and writes what is made from its sources. */
async function install(path) {
  if (what === "package") letDocsImport(words[0]);
  await step("install", "pnpm", ["install", "--prefer-offline"], { env: { CI: "" }, advice: "Then run: pnpm install && pnpm fix" });
  await step("layout", "biome", ["check", "--write", path]);
  await step("pages", "node", ["--conditions=@millrace/source", "tooling/docs/generate.mjs"], { advice: "Then run: pnpm fix" });
  await step("errors", "node", ["tooling/checks/error-table.mjs", "--fix"], { advice: "Then run: pnpm fix" });
}

/** The examples of all READMEs are type-checked where the documentation is made, so it imports every package. */
function letDocsImport(name) {
  const file = join(root, "tooling/docs/package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const all = { ...manifest.devDependencies, [`@millrace/${name}`]: "workspace:^" };
  manifest.devDependencies = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
