// Every change that users see comes with a change file, and every change file is written for them. Compares with the branch
// that this one will be merged into (origin/main), or, on that branch, with the last release of each package. `--base REF`
// compares with something else, `--root FOLDER` checks another tree. Prints what is missing, a line each, and ends with 1.
import { resolve } from "node:path";
import { run } from "../bootstrap/steps.mjs";
import { packages, root } from "../bootstrap/workspace.mjs";
import { changeFiles } from "../release/change-files.mjs";

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const tree = resolve(option("--root") ?? root);

/** What of a package its users see, below its folder. */
const visible = /^(src|bin|schema|templates)\/|^build\.mjs$/;
/** The fields of package.json that they see. */
const visibleFields = ["bin", "dependencies", "engines", "exports", "files", "peerDependencies"];
/** `none` is for a change that nobody outside sees: it says that this was thought of. */
const sizes = ["none", "patch", "minor", "major"];
/** The words of those who made the change, which tell users nothing. */
const insiders = /^(feat|fix|chore|refactor|docs|test|build|ci)(\(.*\))?!?:|\b(wip|todo|fixup|refactor(ed|ing)?|typo)\b/i;

const published = packages(tree).filter(({ manifest }) => !manifest.private);
const waiting = changeFiles(tree);
const problems = waiting.flatMap(problemsOfText);
const bases = await basesOf(published);
for (const { entry, base } of bases) problems.push(...(await problemsOfPackage(entry, base)));

for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.stdout.write("`pnpm changeset` writes a change file; .changeset/README.md says what belongs into it\n");
else if (bases.length === 0) process.stdout.write("changes: nothing to compare with, there is neither a branch origin/main nor the tag of a release\n");
else process.stdout.write(`changes: ${bases.length} packages compared, ${waiting.length} change files wait\n`);
process.exit(problems.length === 0 ? 0 : 1);

function problemsOfText({ file, releases, summary }) {
  const found = [];
  const names = new Set(published.map(({ manifest }) => manifest.name));
  for (const { name, size } of releases) {
    if (!names.has(name)) found.push(`${file}: no package that is published is called ${name}`);
    if (!sizes.includes(size)) found.push(`${file}: ${name} is ${size}; it can be ${sizes.join(", ")}`);
  }
  if (releases.every(({ size }) => size === "none")) return found;
  const [first = ""] = summary.split("\n");
  if (summary.length < 20) found.push(`${file}: it does not say what users get: "${summary}"`);
  else if (!/^[A-Z`@"]/.test(first) || !/[.!?`"]$/.test(summary))
    found.push(`${file}: users read it as a sentence, with a capital and a full stop: "${first}"`);
  if (insiders.test(first)) found.push(`${file}: "${insiders.exec(first)[0]}" is for those who made the change, not for users: "${first}"`);
  return found;
}

/** What each package is compared with. Packages that have never been released have nothing to be compared with. */
async function basesOf(entries) {
  const asked = option("--base");
  if (asked !== undefined) return entries.map((entry) => ({ entry, base: asked }));
  const [head, main] = [await git("rev-parse", "HEAD"), await git("merge-base", "HEAD", "origin/main")];
  if (main !== undefined && main !== head) return entries.map((entry) => ({ entry, base: main }));
  const tags = new Set((await git("tag", "--list"))?.split("\n"));
  return entries.map((entry) => ({ entry, base: `${entry.manifest.name}@${entry.manifest.version}` })).filter(({ base }) => tags.has(base));
}

async function problemsOfPackage({ path, manifest }, base) {
  const before = await git("show", `${base}:${path}/package.json`);
  // New since then, or raised since then: its change files are used up.
  if (before === undefined || JSON.parse(before).version !== manifest.version) return [];
  const files = (await git("diff", "--name-only", base, "--", path)).split("\n").concat(await untracked(path));
  const changed = files.filter((file) => visible.test(file.slice(path.length + 1)));
  const fields = visibleFields.filter((field) => JSON.stringify(JSON.parse(before)[field]) !== JSON.stringify(manifest[field]));
  if (fields.length > 0) changed.push(`${path}/package.json (${fields.join(", ")})`);
  const said = waiting.flatMap(({ releases }) => releases.filter(({ name }) => name === manifest.name).map(({ size }) => size));
  if (changed.length > 0 && said.length === 0) return [`${manifest.name} has changed, and no change file names it: ${some(changed)}`];
  const report = `${path}/api-report.md`;
  if (files.includes(report) && !said.some((size) => size === "minor" || size === "major")) {
    return [`${manifest.name}: what it offers has changed (${report}), so it is at least a minor; its change files say ${said.join(", ") || "nothing"}`];
  }
  return [];
}

async function untracked(path) {
  return ((await git("ls-files", "--others", "--exclude-standard", "--", path)) ?? "").split("\n");
}

function some(files) {
  return files.length > 3 ? `${files.slice(0, 3).join(", ")} and ${files.length - 3} more` : files.join(", ");
}

/** What a command of git prints, or nothing where it fails. */
async function git(...command) {
  const { code, stdout } = await run("git", command, { cwd: tree });
  return code === 0 ? stdout.trim() : undefined;
}
