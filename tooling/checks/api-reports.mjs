// The reports of what @millrace/api and @millrace/testkit offer: `api-report.md` of each, made from the declarations that are
// published, so that a change of the API shows in review. Says which report is stale, and what is new and gone in it, and
// ends with 1; `--fix` writes them anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { run } from "../bootstrap/steps.mjs";
import { root } from "../bootstrap/workspace.mjs";
import { DeclarationReader } from "./declarations.mjs";

const reported = ["packages/api", "packages/testkit"];
const fix = process.argv.includes("--fix");

const built = await run("turbo", ["run", "build", ...reported.map((path) => `--filter=./${path}`), "--output-logs=errors-only", "--concurrency=2"]);
if (built.code !== 0) {
  process.stdout.write(built.output);
  process.exit(1);
}
let stale = 0;
for (const path of reported) {
  const file = join(root, path, "api-report.md");
  const wanted = report(path);
  const found = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (wanted === found) continue;
  stale += 1;
  if (fix) writeFileSync(file, wanted);
  else showDifference(relative(root, file), found, wanted);
}
if (fix) process.stdout.write(`api: ${stale} of ${reported.length} reports written\n`);
else process.stdout.write(stale === 0 ? "api: the reports are as the declarations have it\n" : "run: node tooling/checks/api-reports.mjs --fix\n");
process.exit(stale === 0 || fix ? 0 : 1);

/** The whole report of a package: its exports, by subpath and name, as declarations without comments. */
function report(path) {
  const folder = join(root, path);
  const { name, publishConfig } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entries = Object.entries(publishConfig.exports).filter(([, target]) => typeof target === "object");
  const files = entries.map(([, { types }]) => join(folder, types));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    // Names are all that is read: what they mean in the libraries does not matter.
    noLib: true,
    types: [],
  });
  const reader = new DeclarationReader(program.getTypeChecker(), join(folder, "dist"));
  const offered = files.map((file) => reader.exportsOf(program.getSourceFile(file)));
  const sections = entries.map(([subpath], index) => section(`## ${name}${subpath.slice(1)}`, reader.declarations(offered[index])));
  const hidden = reader.reachedBy(offered.flat());
  if (hidden.length > 0) sections.push(section("## Not exported, but part of what is", reader.declarations(hidden)));
  return `# API of ${name}\n\nWhat the package offers, made from its declarations (\`pnpm fix\` writes it anew). A change here is a change that users see.\n\n${sections.join("\n")}`;
}

function section(title, declarations) {
  return `${title}\n\n\`\`\`ts\n${declarations.join("\n\n")}\n\`\`\`\n`;
}

/** The lines that one report has and the other has not. */
function showDifference(file, found, wanted) {
  const before = new Set(found.split("\n"));
  const after = new Set(wanted.split("\n"));
  process.stdout.write(`${file} is stale\n`);
  for (const text of before) if (!after.has(text)) process.stdout.write(`  - ${text}\n`);
  for (const text of after) if (!before.has(text)) process.stdout.write(`  + ${text}\n`);
}
