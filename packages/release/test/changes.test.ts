import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const check = fileURLToPath(new URL("../../../tooling/checks/changes.mjs", import.meta.url));

describe("the check of change files", () => {
  test("without a release and a main branch it says that there is nothing to compare with", () => {
    const tree = repository();
    tree.write("packages/core/src/index.ts", "export const core = 2;\n");
    expect(tree.check()).toBe("changes: nothing to compare with, there is neither a branch origin/main nor the tag of a release\nended with 0");
  });

  test("a change since the last release needs a change file; with one it is well", () => {
    const tree = repository();
    tree.git("tag", "@millrace/core@0.1.0");
    expect(tree.check()).toBe("changes: 1 packages compared, 0 change files wait\nended with 0");
    tree.write("packages/core/src/index.ts", "export const core = 2;\n");
    tree.write("packages/core/src/new.ts", "");
    tree.write("packages/api/src/index.ts", "export const api = 2;\n");
    expect(tree.check()).toMatchInlineSnapshot(`
      "@millrace/core has changed, and no change file names it: packages/core/src/index.ts, packages/core/src/new.ts
      \`pnpm changeset\` writes a change file; .changeset/README.md says what belongs into it
      ended with 1"
    `);
    tree.change("core", "patch", "A pipeline that is stopped twice ends once.");
    expect(tree.check()).toBe("changes: 1 packages compared, 1 change files wait\nended with 0");
  });

  test("on a branch it is what the branch changes that counts", () => {
    const tree = repository();
    tree.git("update-ref", "refs/remotes/origin/main", "HEAD");
    tree.write("packages/core/src/index.ts", "export const core = 2;\n");
    tree.write("packages/core/test/core.test.ts", "");
    tree.write("packages/api/test/api.test.ts", "");
    tree.commit();
    expect(tree.check()).toContain("@millrace/core has changed, and no change file names it: packages/core/src/index.ts\n");
    tree.change("core", "none", "");
    tree.commit();
    expect(tree.check()).toBe("changes: 2 packages compared, 1 change files wait\nended with 0");
  });

  test("a version that was raised on the branch has used its change files up", () => {
    const tree = repository();
    tree.git("update-ref", "refs/remotes/origin/main", "HEAD");
    tree.write("packages/core/src/index.ts", "export const core = 2;\n");
    tree.manifest("core", "0.1.1");
    tree.commit();
    expect(tree.check()).toBe("changes: 2 packages compared, 0 change files wait\nended with 0");
  });

  test("of package.json the fields count that users see", () => {
    const tree = repository();
    tree.manifest("core", "0.1.0", { scripts: { build: "tsc" } });
    expect(tree.check("--base", "HEAD")).toContain("ended with 0");
    tree.manifest("core", "0.1.0", { engines: { node: ">=24" }, dependencies: { pino: "catalog:" } });
    expect(tree.check("--base", "HEAD")).toContain("no change file names it: packages/core/package.json (dependencies, engines)\n");
  });

  test("another API is at least a minor", () => {
    const tree = repository();
    tree.write("packages/api/src/index.ts", "export const api = 2;\n");
    tree.write("packages/api/api-report.md", "export declare const api = 2;\n");
    tree.change("api", "patch", "There is a new api, which is 2.");
    expect(tree.check("--base", "HEAD")).toContain(
      "@millrace/api: what it offers has changed (packages/api/api-report.md), so it is at least a minor; its change files say patch\n",
    );
    tree.change("api", "minor", "There is a new api, which is 2.");
    expect(tree.check("--base", "HEAD")).toContain("ended with 0");
  });

  test("what is wrong with the change files themselves is said all at once", () => {
    const tree = repository();
    tree.change("core", "patch", "fix: stop twice");
    tree.change("nothing", "huge", "Refactored the whole graph in a better way.");
    tree.change("core", "minor", "Faster.");
    expect(tree.check()).toMatchInlineSnapshot(`
      ".changeset/change-1.md: it does not say what users get: "fix: stop twice"
      .changeset/change-1.md: "fix:" is for those who made the change, not for users: "fix: stop twice"
      .changeset/change-2.md: no package that is published is called @millrace/nothing
      .changeset/change-2.md: @millrace/nothing is huge; it can be none, patch, minor, major
      .changeset/change-2.md: "Refactored" is for those who made the change, not for users: "Refactored the whole graph in a better way."
      .changeset/change-3.md: it does not say what users get: "Faster."
      \`pnpm changeset\` writes a change file; .changeset/README.md says what belongs into it
      ended with 1"
    `);
  });
});

interface Repository {
  write(path: string, text: string): void;
  manifest(name: string, version: string, more?: object): void;
  change(name: string, size: string, summary: string): void;
  git(...args: string[]): void;
  commit(): void;
  /** Runs the check. Gives what it prints, and the exit code. */
  check(...args: string[]): string;
}

/** A repository with the packages api and core at 0.1.0, committed once. It is gone after the test. */
function repository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), "millrace-changes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let changes = 0;
  const tree: Repository = {
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    manifest: (name, version, more = {}) => tree.write(`packages/${name}/package.json`, JSON.stringify({ name: `@millrace/${name}`, version, ...more })),
    change: (name, size, summary) => tree.write(`.changeset/change-${++changes}.md`, `---\n"@millrace/${name}": ${size}\n---\n\n${summary}\n`),
    git: (...args) => {
      execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false", ...args], { cwd: folder, stdio: "pipe" });
    },
    commit() {
      tree.git("add", "-A");
      tree.git("commit", "-q", "--no-verify", "-m", "A change");
    },
    check(...args) {
      const { stdout, status } = spawnSync(process.execPath, [check, "--root", folder, ...args], { encoding: "utf8", timeout: 15_000 });
      return `${stdout}ended with ${status}`;
    },
  };
  for (const name of ["api", "core"]) {
    tree.manifest(name, "0.1.0");
    tree.write(`packages/${name}/src/index.ts`, `export const ${name} = 1;\n`);
  }
  tree.write("packages/api/api-report.md", "export declare const api = 1;\n");
  tree.write(".changeset/README.md", "# Change files\n");
  tree.git("init", "-q", "-b", "main");
  tree.commit();
  return tree;
}
