// What has changed in the working tree since it was last known to be good: committed, staged, edited or new.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";

/** A change of one of these is a change of every package. */
const EVERYTHING = /^(pnpm-lock\.yaml|pnpm-workspace\.yaml|package\.json|turbo\.json|tooling\/(tsconfig|vitest)\/)/;

/**
 * The commit that changes are counted from, and how it was chosen: the one given; else where this branch left the main
 * one, of the remote or, without a remote, of this clone; on the main branch itself the commit before the last one.
 */
export function baseCommit(given) {
  if (given !== undefined) return { commit: git("rev-parse", "--verify", `${given}^{commit}`), about: given };
  const head = git("rev-parse", "--verify", "HEAD");
  for (const branch of ["origin/HEAD", "origin/main", "main"]) {
    const commit = git("merge-base", "HEAD", branch);
    if (commit !== undefined && commit !== head) return { commit, about: `where this branch left ${branch}` };
    if (commit !== undefined && branch !== "main" && git("status", "--porcelain") !== "") return { commit, about: branch };
  }
  if (git("status", "--porcelain") !== "") return { commit: head, about: "the last commit" };
  return { commit: git("rev-parse", "--verify", "HEAD~1") ?? head, about: "the commit before the last one" };
}

/** The paths that have changed since a commit; those that were taken away are among `paths`, and not among `files`. */
export function changedSince(commit) {
  const tracked = git("diff", "--name-only", "--no-renames", commit) ?? "";
  const fresh = git("ls-files", "--others", "--exclude-standard") ?? "";
  const paths = [...new Set(`${tracked}\n${fresh}`.split("\n").filter(Boolean))].sort();
  return { paths, files: paths.filter((path) => existsSync(join(root, path))) };
}

/**
 * The packages that a change concerns, without those that depend on them: the one a path lies in, and of a path outside
 * of all packages, those whose tests name its folder.
 */
export function packagesOf(paths) {
  const all = packages();
  if (paths.some((path) => EVERYTHING.test(path))) return all;
  const inside = (path) => all.filter((entry) => path.startsWith(`${entry.path}/`)).sort((a, b) => b.path.length - a.path.length)[0];
  const found = new Set(paths.map(inside).filter(Boolean));
  const outside = new Set(paths.filter((path) => inside(path) === undefined).map((path) => path.split("/")[0]));
  for (const entry of all) if ([...outside].some((name) => testsName(entry.folder, name))) found.add(entry);
  return all.filter((entry) => found.has(entry));
}

function testsName(folder, name) {
  const tests = join(folder, "test");
  if (!existsSync(tests)) return false;
  return readdirSync(tests, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .some((entry) => new RegExp(`[/"']${name.replaceAll(".", "\\.")}[/"']`).test(readFileSync(join(entry.parentPath, entry.name), "utf8")));
}

function git(...args) {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
