// Arrows point one way. Checks every import of every package against the rules of docs/architecture.md, and that the core
// knows no family by name. Prints each import that breaks a rule as `file:line`, and ends with 1.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { packages, root } from "../bootstrap/workspace.mjs";

const data = ["sysflow", "flow", "fluent", "policy", "text"];

/** What a package may import of ours, by its folder. Tests may import more: see below. */
const allowed = {
  "packages/api": [],
  "packages/text": ["api"],
  "packages/core": ["api", "text"],
  "packages/config": ["api", "text"],
  "packages/sysflow": ["api", "text"],
  "packages/flow": ["api", "text"],
  "packages/fluent": ["api", "text"],
  "packages/policy": ["api", "text", "sysflow"],
  "packages/testkit": ["api", "core", ...data],
  "packages/core-contract": ["api", "core", "testkit"],
  "packages/release": ["core"],
};
const pluginMayImport = ["api", ...data];

/** Words that name a family. The core's code may not hold them: neither in a name nor in a text. */
const families = /sysflow|fluent|flowd|falco|sigma/i;

const problems = [];
for (const { path, manifest } of packages()) {
  for (const file of sources(join(root, path))) {
    const shown = relative(root, file).split("\\").join("/");
    const isTest = !shown.startsWith(`${path}/src/`);
    const text = readFileSync(file, "utf8");
    checkImports(path, manifest, shown, isTest, text);
    if (path === "packages/core" && !isTest) checkWords(shown, text);
  }
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(problems.length === 0 ? "imports: every arrow points the right way\n" : `imports: ${problems.length} break a rule\n`);
process.exit(problems.length === 0 ? 0 : 1);

function checkImports(path, manifest, file, isTest, text) {
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  const declaredForTests = new Set([...declared, ...Object.keys(manifest.devDependencies ?? {})]);
  for (const { specifier, line } of importsOf(text)) {
    // `#name` is a module of the package itself, as its package.json says.
    if (specifier.startsWith(".") || specifier.startsWith("#")) continue;
    if (specifier.startsWith("node:")) {
      if (path === "packages/api" && !isTest) problems.push(`${file}:${line}: the API does no I/O, so it imports nothing of Node: ${specifier}`);
      continue;
    }
    const name = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0];
    if (name === manifest.name) continue;
    if (!(isTest ? declaredForTests : declared).has(name) && !(isTest && name === "vitest")) {
      problems.push(`${file}:${line}: ${name} is not ${isTest ? "a dependency" : "a run-time dependency"} of ${manifest.name}`);
    }
    if (isTest || !name.startsWith("@millrace/") || path.startsWith("apps/")) continue;
    const short = name.slice("@millrace/".length);
    const may = path.startsWith("packages/plugins/") ? pluginMayImport : (allowed[path] ?? []);
    if (!may.includes(short)) problems.push(`${file}:${line}: ${path} may not import ${name}; it may import ${may.join(", ") || "nothing of ours"}`);
    if (path === "packages/core" && specifier !== "@millrace/api" && short === "api") problems.push(`${file}:${line}: the core knows no family: ${specifier}`);
  }
}

function checkWords(file, text) {
  text.split("\n").forEach((line, index) => {
    const code = line.replace(/\/\/.*$/, "").replace(/^\s*\/?\*.*$/, "");
    const found = families.exec(code);
    if (found) problems.push(`${file}:${index + 1}: the core knows no family by name: "${found[0]}"`);
  });
}

/** The module specifiers of a source text, as TypeScript reads it. Types count too: what a declaration needs is a dependency. */
function importsOf(text) {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, line: text.slice(0, pos).split("\n").length }));
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist", "fixtures", ".turbo", ".report"].includes(entry.name) ? [] : sources(path);
    return /\.(ts|mts)$/.test(entry.name) && !entry.name.endsWith(".d.ts") && entry.name !== "vitest.config.ts" ? [path] : [];
  });
}
