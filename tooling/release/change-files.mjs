// The change files that wait in .changeset: which packages, how big, and what users are told.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap/workspace.mjs";

/** Every change file of a tree: its path, its packages with their sizes (patch, minor, major), its text. */
export function changeFiles(folder = root) {
  return readdirSync(join(folder, ".changeset"))
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort()
    .map((name) => parse(`.changeset/${name}`, readFileSync(join(folder, ".changeset", name), "utf8")));
}

function parse(file, text) {
  const [, head = "", summary = ""] = /^---\r?\n([\s\S]*?)\r?\n?---\r?\n?([\s\S]*)$/.exec(text) ?? [];
  const releases = [...head.matchAll(/^\s*["']?([^"'\s:]+)["']?\s*:\s*["']?(\w+)["']?\s*$/gm)].map(([, name, size]) => ({ name, size }));
  return { file, releases, summary: summary.trim() };
}
