// Writes what of the documentation is made from the sources: the pages of plugins, the options in their READMEs, the keys of
// SysFlow's stages, the reference of commands, the tables of policies, the list of checks. In pages that people write too, what stands between
// the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->` is theirs.
// `--check` writes nothing, names what is stale with the first line that differs, and ends with 1 if there is any.
// Run it as: node --conditions=@millrace/source tooling/docs/generate.mjs
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../bootstrap/workspace.mjs";
import { checkList } from "./check-list.mjs";
import { commandPages } from "./commands.mjs";
import { pluginPages } from "./plugin-pages.mjs";
import { pluginReadmes } from "./plugin-readmes.mjs";
import { policyTables } from "./policy-tables.mjs";
import { sysflowKeys } from "./sysflow-keys.mjs";

/** Folders in which every page is written here: one that nothing writes any more is taken away. */
const WHOLE = ["docs/plugins"];

const check = process.argv.includes("--check");
const stale = [];
try {
  // READMEs come first: the pages of plugins quote them.
  for (const make of [policyTables, pluginReadmes, pluginPages, sysflowKeys, commandPages, checkList]) write(await make());
  report();
} catch (error) {
  // What our own code finds wrong needs no trace of calls; what else is thrown does.
  process.stdout.write(`${error?.constructor === Error ? error.message : (error?.stack ?? error)}\n`);
  process.exitCode = 1;
}

/** Writes those of some pages that are stale, and takes away what nothing writes any more; or notes what it would do. */
function write(pages) {
  for (const [page, fresh] of pages) {
    const path = join(root, page);
    const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (text === fresh) continue;
    stale.push(`${page}:${lineOfDifference(text ?? "", fresh)}: is not as the sources have it`);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
  }
  for (const folder of WHOLE.filter((name) => [...pages.keys()].some((page) => page.startsWith(`${name}/`)))) {
    for (const name of readdirSync(join(root, folder)).filter((file) => !pages.has(`${folder}/${file}`))) {
      stale.push(`${folder}/${name}: is a page of nothing`);
      if (!check) rmSync(join(root, folder, name));
    }
  }
}

function report() {
  if (!check) {
    process.stdout.write(stale.length === 0 ? "docs: nothing was stale\n" : `docs: ${stale.length} written\n`);
    return;
  }
  for (const line of stale) process.stdout.write(`${line}\n`);
  if (stale.length > 0) process.stdout.write("run: node tooling/checks/check.mjs --fix --only docs\n");
  process.exitCode = stale.length > 0 ? 1 : 0;
}

function lineOfDifference(text, fresh) {
  const [old, now] = [text.split("\n"), fresh.split("\n")];
  return now.findIndex((line, index) => line !== old[index]) + 1 || old.length;
}
