// What is in the archive of each package: pack-contents/NAME.txt lists its files, so that one too many or too few shows in
// review. The outputs of one source file stand on one line; names with a hash of the bundler stand as `*`.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../bootstrap/steps.mjs";

/** Where the lists are kept. */
const lists = join(dirname(fileURLToPath(import.meta.url)), "pack-contents");

/** The list of an archive's files as text. */
export async function contentsOf(archive) {
  const { code, output } = await run("tar", ["-tzf", archive]);
  if (code !== 0) throw new Error(`can't list ${archive}:\n${output}`);
  const files = output.split("\n").filter(Boolean);
  const outputs = new Map();
  for (const file of files) {
    const name = file.replace(/^package\//, "").replace(/(chunks\/).*-[A-Z0-9]{8}(?=\.)/, "$1*");
    const [, base = name, extension] = /^(dist\/.*?)\.(js|js\.map|d\.ts|d\.ts\.map|js\.LEGAL\.txt)$/.exec(name) ?? [];
    outputs.set(base, (outputs.get(base) ?? new Set()).add(extension));
  }
  const lines = [...outputs].map(([base, extensions]) => (extensions.has(undefined) ? base : `${base}.{${[...extensions].sort().join(",")}}`));
  return `${lines.sort().join("\n")}\n`;
}

/** What differs from the lists that are kept, a line each. `found` gives each package's list by its name. With `fix`, the lists are written. */
export function compareContents(found, { fix = false, folder = lists } = {}) {
  const file = (name) => join(folder, `${name.replace("@millrace/", "")}.txt`);
  const kept = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const wanted = new Map([...found].map(([name, text]) => [file(name), { name, text }]));
  if (fix) {
    mkdirSync(folder, { recursive: true });
    for (const path of kept) if (!wanted.has(path)) rmSync(path);
    for (const [path, { text }] of wanted) writeFileSync(path, text);
    return [];
  }
  const differences = kept.filter((path) => !wanted.has(path)).map((path) => `${basename(path)} lists a package that is not published`);
  for (const [path, { name, text }] of wanted) {
    const before = linesOf(existsSync(path) ? readFileSync(path, "utf8") : "");
    const after = linesOf(text);
    for (const line of before) if (!after.has(line)) differences.push(`${name}: its archive has no ${line} any more`);
    for (const line of after) if (!before.has(line)) differences.push(`${name}: its archive has ${line}, which is new`);
  }
  return differences;
}

function linesOf(text) {
  return new Set(text.split("\n").filter(Boolean));
}
