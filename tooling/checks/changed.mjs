// What has changed in the working tree since it was last known to be good: committed, staged, edited or new.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";

/** A change of one of these is a change of every package. */
const EVERYTHING = /^(pnpm-lock\.yaml|pnpm-workspace\.yaml|turbo\.json|tooling\/(tsconfig|vitest)\/)/;

/** What a package is built from. */
const BUILT = /^(src\/|bin\/|schema\/|templates\/|build\.mjs$|package\.json$|tsconfig[\w.]*\.json$)/;

/**
 * The commit that changes are counted from, and how it was chosen: the one given; else where this branch left the main
 * one, of the remote or, without a remote, of this clone; on the main branch itself the commit before the last one.
 */
export function baseCommit(given, folder = root) {
  const git = gitIn(folder);
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
export function changedSince(commit, folder = root) {
  const git = gitIn(folder);
  const tracked = git("diff", "--name-only", "--no-renames", commit) ?? "";
  const fresh = git("ls-files", "--others", "--exclude-standard") ?? "";
  const paths = [...new Set(`${tracked}\n${fresh}`.split("\n").filter(Boolean))].sort();
  return { paths, files: paths.filter((path) => existsSync(join(folder, path))) };
}

/**
 * The packages that a change concerns, in three ways. `built`: what they are made of has changed, so those that depend on
 * them are concerned too. `touched`: something else in them has, such as a test. `looking`: their tests look at a path that
 * has changed outside of them, as their turbo.json says, or else because a test names the path or a folder that it is in.
 */
export function packagesOf(paths, folder = root) {
  const all = packages(folder);
  if (paths.some((path) => EVERYTHING.test(path))) return { built: all, touched: [], looking: [] };
  const inside = (entry) => paths.filter((path) => path.startsWith(`${entry.path}/`)).map((path) => path.slice(entry.path.length + 1));
  const outside = paths.filter((path) => path.includes("/") && !all.some((entry) => path.startsWith(`${entry.path}/`)));
  const found = { built: [], touched: [], looking: [] };
  for (const entry of all) {
    const own = inside(entry);
    const inputs = inputsOf(entry.folder);
    if (own.some((path) => BUILT.test(path))) found.built.push(entry);
    else if (own.length > 0) found.touched.push(entry);
    else if (inputs ? paths.some((path) => inputs.some((glob) => matchesGlob(path, glob))) : outside.some((path) => testsName(entry.folder, path)))
      found.looking.push(entry);
  }
  return found;
}

const FROM_ROOT = "$TURBO_ROOT$/";

/** What a package's tests look at outside of it, by its own turbo.json; nothing where that does not say. */
function inputsOf(folder) {
  const path = join(folder, "turbo.json");
  const inputs = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).tasks?.test?.inputs : undefined;
  return inputs?.filter((input) => input.startsWith(FROM_ROOT)).map((input) => input.slice(FROM_ROOT.length));
}

/** Whether a test of a package names a path, or, as a whole, a folder that it is in: `"docs/policies"`, `docs/${page}`. */
function testsName(folder, path) {
  const tests = join(folder, "test");
  if (!existsSync(tests)) return false;
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const folders = path.split("/").map((_name, index, names) => names.slice(0, index).join("/"));
  const named = new RegExp([escaped(path), ...folders.filter(Boolean).map((name) => `\\b${escaped(name)}/?(?:["'\`]|\\$\\{)`)].join("|"));
  return readdirSync(tests, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .some((entry) => named.test(readFileSync(join(entry.parentPath, entry.name), "utf8")));
}

/** Runs git in a folder: gives what it prints, or nothing where it fails. */
function gitIn(folder) {
  return (...args) => {
    const { status, stdout } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
}
