// pnpm version-packages: raises the versions as the change files say, writes the change logs, and brings what follows from
// versions up to date: the ranges of peers, the versions that plugins say of themselves, packages/release/release.json.
//   --edge          makes pre-releases of them, `0.2.0-edge.20260131120000`: to be published and not to be committed
//   --root FOLDER   does it in another tree
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../bootstrap/steps.mjs";
import { packages, root } from "../bootstrap/workspace.mjs";
import { changeFiles } from "./change-files.mjs";

/**
 * Raises the versions of the tree at `folder`, to pre-releases where `edge` is set. Gives the packages that were raised:
 * name, folder, old and new version. The change files are used up by it.
 */
export async function raiseVersions(folder = root, { edge = false } = {}) {
  const before = new Map(packages(folder).map(({ manifest }) => [manifest.name, manifest.version]));
  if (changeFiles(folder).length > 0) {
    const { code, output } = await run("changeset", ["version", ...(edge ? ["--snapshot", "edge"] : [])], { cwd: folder });
    if (code !== 0) throw new Error(`changeset version ended with ${code}:\n${output.trim()}`);
    bindPeers(folder);
  }
  const raised = packages(folder)
    .map(({ manifest, path, folder: home }) => ({ name: manifest.name, path, folder: home, from: before.get(manifest.name), to: manifest.version }))
    .filter(({ from, to }) => from !== to);
  for (const entry of raised.filter(({ path }) => path.startsWith("packages/plugins/"))) carryIntoSources(entry);
  return raised;
}

/** A plugin says its version in its source. There it follows that of the package. */
function carryIntoSources({ folder, from, to }) {
  const sources = join(folder, "src");
  if (!existsSync(sources)) return;
  for (const entry of readdirSync(sources, { withFileTypes: true, recursive: true }).filter(({ name }) => name.endsWith(".ts"))) {
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, "utf8");
    const carried = text.replaceAll(`version: "${from}"`, `version: "${to}"`).replaceAll(`const VERSION = "${from}"`, `const VERSION = "${to}"`);
    if (carried !== text) writeFileSync(file, carried);
  }
}

/**
 * Where the major of a peer has left a range, changesets writes one that begins with the new version and has no end. This
 * gives it its end: the next major.
 */
function bindPeers(folder) {
  for (const { folder: home, manifest } of packages(folder)) {
    const file = join(home, "package.json");
    const text = readFileSync(file, "utf8");
    let bound = text;
    for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
      const open = /^workspace:>=(\d+)\.\d+\.\d+$/.exec(range);
      if (open) bound = bound.replace(`"${name}": "${range}"`, `"${name}": "${range} <${Number(open[1]) + 1}"`);
    }
    if (bound !== text) writeFileSync(file, bound);
  }
}

/** The ranges of all peers, as text: where they change, the lockfile has to follow. */
function peerRanges(folder) {
  return JSON.stringify(packages(folder).map(({ manifest }) => manifest.peerDependencies));
}

/** Brings up to date what the workspace keeps of versions. Gives the exit code. */
async function follow(peersBefore) {
  const commands = [[process.execPath, join(root, "tooling/release/release-file.mjs"), "--fix"]];
  if (peerRanges(root) !== peersBefore) commands.unshift(["pnpm", "install", "--lockfile-only", "--no-frozen-lockfile"]);
  for (const [name, ...args] of commands) {
    const { code, output } = await run(name, args);
    process.stdout.write(code === 0 ? "" : output);
    if (code !== 0) return code;
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const at = process.argv.indexOf("--root");
  const folder = at < 0 ? root : resolve(process.argv[at + 1]);
  const peersBefore = peerRanges(folder);
  const raised = await raiseVersions(folder, { edge: process.argv.includes("--edge") });
  for (const { name, from, to } of raised) process.stdout.write(`${name} ${from} → ${to}\n`);
  if (raised.length === 0) process.stdout.write("No change file waits: nothing to raise. `pnpm changeset` writes one.\n");
  else if (folder === root) process.exitCode = await follow(peersBefore);
}
