import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseCommit, changedSince, packagesOf } from "../changed.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "changed-"));
  git("init", "--quiet", "--initial-branch=main");
  for (const name of ["packages/a", "packages/plugins/b", "apps/c", "examples/d", "tooling/e"]) put(`${name}/package.json`, `{ "name": "${name}" }`);
  put("packages/a/src/a.ts", "one");
  put("packages/plugins/b/test/b.test.ts", 'read("../../docs/page.md")');
  put("tooling/e/turbo.json", JSON.stringify({ tasks: { test: { inputs: ["$TURBO_DEFAULT$", "$TURBO_ROOT$/packages/*/README.md"] } } }));
  put("docs/page.md", "page");
  commit();
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
  const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function commit(): string {
  git("add", ".");
  git("commit", "--quiet", "--message", "a commit");
  return git("rev-parse", "HEAD");
}

describe("the commit that changes are counted from", () => {
  it("is, on main without a remote, the last one where something is not committed, and else the one before", () => {
    const first = git("rev-parse", "HEAD");
    put("docs/page.md", "other");
    expect(baseCommit(undefined, folder)).toEqual({ commit: first, about: "the last commit" });
    commit();
    expect(baseCommit(undefined, folder)).toEqual({ commit: first, about: "the commit before the last one" });
  });

  it("is the only one where there is one", () => {
    expect(baseCommit(undefined, folder).commit).toBe(git("rev-parse", "HEAD"));
  });

  it("is, on a branch, where it left main", () => {
    const left = git("rev-parse", "HEAD");
    git("switch", "--quiet", "--create", "work");
    put("docs/page.md", "other");
    commit();
    expect(baseCommit(undefined, folder)).toEqual({ commit: left, about: "where this branch left main" });
  });

  it("is that of the remote, where there is one", () => {
    const pushed = git("rev-parse", "HEAD");
    git("update-ref", "refs/remotes/origin/main", pushed);
    put("docs/page.md", "other");
    expect(baseCommit(undefined, folder)).toEqual({ commit: pushed, about: "origin/main" });
    commit();
    put("docs/page.md", "another");
    commit();
    expect(baseCommit(undefined, folder)).toEqual({ commit: pushed, about: "where this branch left origin/main" });
  });

  it("is the one given, or none where there is no such", () => {
    expect(baseCommit("main", folder).commit).toBe(git("rev-parse", "HEAD"));
    expect(baseCommit("nowhere", folder)).toEqual({ commit: undefined, about: "nowhere" });
  });
});

it("counts what is committed, staged, edited, new and gone", () => {
  const base = git("rev-parse", "HEAD");
  put("packages/a/src/committed.ts", "new");
  commit();
  put("packages/a/src/staged.ts", "new");
  git("add", "packages/a/src/staged.ts");
  put("packages/a/src/fresh.ts", "new");
  put("docs/page.md", "edited");
  rmSync(join(folder, "packages/a/src/a.ts"));
  const files = ["docs/page.md", "packages/a/src/committed.ts", "packages/a/src/fresh.ts", "packages/a/src/staged.ts"];
  expect(changedSince(base, folder)).toEqual({ paths: [...files, "packages/a/src/a.ts"].sort(), files });
});

describe("the packages that a change concerns", () => {
  function names(...paths: readonly string[]): unknown {
    const { built, touched, looking } = packagesOf(paths, folder);
    return [built, touched, looking].map((entries) => entries.map(({ path }) => path));
  }

  it("are those that are built from it, or it lies in", () => {
    expect(names("packages/a/src/a.ts", "apps/c/test/c.test.ts", "examples/d/package.json")).toEqual([["examples/d", "packages/a"], ["apps/c"], []]);
  });
  it("are those whose tests name it", () => expect(names("docs/page.md")).toEqual([[], [], ["packages/plugins/b"]]));
  it("are those whose tests name a folder that it is in", () => {
    put("apps/c/test/c.test.ts", "for (const name of list) read(`../../docs/deep/${name}`)");
    put("packages/a/test/a.test.ts", 'read("docs/deeper/page.md")');
    expect(names("docs/deep/page.md")).toEqual([[], [], ["apps/c"]]);
    expect(names("docs/other.md")).toEqual([[], [], []]);
  });
  it("are those whose turbo.json does", () => expect(names("packages/a/README.md")).toEqual([[], ["packages/a"], ["tooling/e"]]));
  it("are none for what no test looks at", () => expect(names("LICENSE")).toEqual([[], [], []]));
  it("are all where the lock file changed", () => expect(packagesOf(["pnpm-lock.yaml"], folder).built).toHaveLength(5));
});
