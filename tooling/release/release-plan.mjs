// What a release consists of: the packages whose version the registry does not have, those that others need first.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";
import { published } from "./registry.mjs";
import { packagesOfRelease } from "./release-file.mjs";

/** The package that holds the hashes of the others' archives. */
export const RELEASE = "@millrace/release";

/**
 * The packages of a tree that are published, each after all that it needs, as rounds: those of one round need only those of
 * earlier rounds. With each: name, folder, version, the newest version that is published (if any), whether this version is
 * still to be published, and why it was raised.
 *
 * @returns {Promise<{ name: string, folder: string, path: string, version: string, needs: string[], latest?: string, due: boolean, why: string }[][]>}
 */
export async function releasePlan(tree = root) {
  const entries = packages(tree).filter(({ manifest }) => !manifest.private);
  const versions = await inBatches(entries, 4, ({ manifest }) => published(manifest.name));
  const planned = entries.map(({ folder, path, manifest }, index) => ({
    name: manifest.name,
    folder,
    path,
    version: manifest.version,
    needs: needsOf(manifest, entries),
    latest: versions[index].at(-1),
    due: !versions[index].includes(manifest.version),
    why: whyOf(folder, manifest.version),
  }));
  return rounds(planned);
}

/** Runs `work` on every item, at most `size` at a time. Gives what came of each, in order. */
export async function inBatches(items, size, work) {
  const results = [];
  for (let at = 0; at < items.length; at += size) results.push(...(await Promise.all(items.slice(at, at + size).map(work))));
  return results;
}

function needsOf(manifest, entries) {
  const ours = new Set(entries.map((entry) => entry.manifest.name));
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => ours.has(name));
  return manifest.name === RELEASE ? [...needs, ...packagesOfRelease().filter((name) => ours.has(name))] : needs;
}

function rounds(planned) {
  const done = new Set();
  const found = [];
  let left = planned;
  while (left.length > 0) {
    const ready = left.filter(({ needs }) => needs.every((name) => done.has(name)));
    if (ready.length === 0) throw new Error(`packages need each other in a circle: ${left.map(({ name }) => name).join(", ")}`);
    found.push(ready);
    for (const { name } of ready) done.add(name);
    left = left.filter((entry) => !ready.includes(entry));
  }
  return found;
}

/** The first thing that the change log says of a version. */
function whyOf(folder, version) {
  const file = join(folder, "CHANGELOG.md");
  if (!existsSync(file)) return "";
  const section = readFileSync(file, "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(`${version}\n`));
  const lines = [...(section ?? "").matchAll(/^- (.+)$/gm)].map(([, text]) => text);
  return lines.length > 1 ? `${lines[0]} (and ${lines.length - 1} more)` : (lines[0] ?? "");
}
