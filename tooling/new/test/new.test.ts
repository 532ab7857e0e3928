import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS, newPlugin } from "../../../apps/plugin-builder/src/new/index.ts";
import { judge } from "../../checks/house-form/judge.mjs";

const root = join(import.meta.dirname, "../../..");
const MODEL = "packages/plugins/processor-example";
const kinds = Object.keys(KINDS);

/** A workspace with one plugin, and the tools of this one. */
let tree: string;
beforeAll(() => {
  tree = realpathSync(mkdtempSync(join(tmpdir(), "new-")));
  for (const folder of [MODEL, "packages/release", "apps", "examples"]) mkdirSync(join(tree, folder), { recursive: true });
  writeFileSync(join(tree, "pnpm-workspace.yaml"), "packages:\n  - packages/*\n");
  cpSync(join(root, "packages/release/release.json"), join(tree, "packages/release/release.json"));
  for (const file of readdirSync(join(root, MODEL)).filter((name) => /\.(json|ts)$/.test(name))) cpSync(join(root, MODEL, file), join(tree, MODEL, file));
  symlinkSync(join(root, "tooling"), join(tree, "tooling"));
  symlinkSync(join(root, "apps/plugin-builder/node_modules"), join(tree, "node_modules"));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function node(folder: string, ...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 30_000 });
  return { code: status, output: stdout + stderr };
}

function pnpmNew(...args: readonly string[]): Ended {
  return node(root, "--conditions=@millrace/source", join(root, "tooling/new/new.mjs"), "--root", tree, ...args);
}

describe("a plugin that is made at the top of a workspace", () => {
  it.each(kinds)("has the form of the house: %s", async (kind) => {
    const { folder, packageName, workspace } = await newPlugin({
      kind,
      name: `formed-${kind}`,
      cwd: tree,
      release: () => {
        throw new Error("nothing of it is pinned");
      },
    });
    expect({ folder, packageName, workspace }).toEqual({
      folder: join(tree, "packages/plugins", `formed-${kind}`),
      packageName: `@millrace/plugin-formed-${kind}`,
      workspace: tree,
    });
    expect(judge(tree, [`packages/plugins/formed-${kind}`])).toEqual([]);
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    expect(readme).toContain(`<!-- options ${kind}/formed-${kind}: begin -->`);
    expect(readme).not.toMatch(/template|npm install/);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(Object.values({ ...dependencies, ...devDependencies }).filter((version) => version !== "catalog:" && version !== "workspace:^")).toEqual([]);
  });

  it("type-checks, also as it is built, passes its tests, and runs from its source", { timeout: 120_000 }, () => {
    for (const settings of ["check", "base"]) {
      const file = `tsconfig.${settings}.json`;
      const options = { noEmit: true, customConditions: ["@millrace/source"], allowArbitraryExtensions: true };
      writeFileSync(
        join(tree, file),
        JSON.stringify({ extends: `./tooling/tsconfig/${settings}.json`, compilerOptions: options, include: ["packages/plugins/formed-*/src"] }),
      );
      expect(node(tree, join(root, "node_modules/typescript/bin/tsc"), "-p", file)).toEqual({ code: 0, output: "" });
    }
    const folder = join(tree, "packages/plugins/formed-processor");
    const tests = node(folder, join(tree, "node_modules/vitest/vitest.mjs"), "run");
    expect(tests.code, tests.output).toBe(0);
    const millrace = `await (await import(${JSON.stringify(join(root, "apps/driver/src/millrace.ts"))})).run(process.argv.slice(1));`;
    const words = ["run", "example/pipeline.json", "example/trace.sf", "-p", "src/index.ts"];
    const { code, output } = node(folder, "--conditions=@millrace/source", "--input-type=module", "-e", millrace, "--", ...words);
    expect(output).toContain("formed-processor: ./server: 5, ./client: 5\n");
    expect(code).toBe(0);
  });
});

describe("pnpm new", () => {
  it("makes a plugin with a change file, and says what comes next", () => {
    expect(pnpmNew("plugin", "filter", "mask")).toMatchInlineSnapshot(`
      {
        "code": 0,
        "output": "✓ packages/plugins/mask @millrace/plugin-mask, with the filter mask

      What comes next:
        cd packages/plugins/mask
        vitest run
        millrace run example/fluent-bit.conf -p src/index.ts   # until Ctrl-C ends it
        write into .changeset/plugin-mask-begins.md what users get
        pnpm verify
      ",
      }
    `);
    expect(readFileSync(join(tree, ".changeset/plugin-mask-begins.md"), "utf8")).toMatchInlineSnapshot(`
      "---
      "@millrace/plugin-mask": minor
      ---

      The filter \`mask\`: hides the values of some keys.
      "
    `);
    expect(judge(tree, ["packages/plugins/mask"])).toEqual([]);
  });

  it("makes a package with a change file, and says what comes next", () => {
    expect(pnpmNew("package", "lines", "Lines of a text")).toMatchInlineSnapshot(`
      {
        "code": 0,
        "output": "✓ packages/lines @millrace/lines

      What comes next:
        cd packages/lines
        vitest run
        say in tooling/checks/imports.mjs what of ours it may import
        give it a row in docs/code-map.md
        write into .changeset/lines-begins.md what users get
        pnpm verify
      ",
      }
    `);
    expect(readFileSync(join(tree, ".changeset/lines-begins.md"), "utf8")).toMatchInlineSnapshot(`
      "---
      "@millrace/lines": minor
      ---

      Lines of a text.
      "
    `);
    expect(readFileSync(join(tree, "packages/lines/README.md"), "utf8")).toContain("# @millrace/lines\n\nLines of a text.\n");
    expect(judge(tree, ["packages/lines"])).toEqual([]);
  });

  it("makes nothing where something is wrong, and says all of it", () => {
    mkdirSync(join(tree, "packages/plugins/taken"));
    writeFileSync(join(tree, "packages/plugins/taken/precious"), "");
    expect(pnpmNew("plugin", "fliter", "taken")).toMatchInlineSnapshot(`
      {
        "code": 1,
        "output": "error MILLRACE_NEW_KIND: "fliter" is no kind of plugin
        hint: did you mean "filter"?
      error MILLRACE_NEW_FOLDER: packages/plugins/taken is there already, and is not empty: nothing is overwritten
        hint: choose another name or folder
      2 errors
      ",
      }
    `);
    expect(pnpmNew("package", "My Maps", "Maps.")).toMatchInlineSnapshot(`
      {
        "code": 1,
        "output": "error MILLRACE_NEW_NAME: "My Maps" can't be a name: a name is small letters and digits, a letter first, in words joined by single dashes, underscores or dots
        hint: such as "my-maps"
      error MILLRACE_NEW_DESCRIPTION: a package says in one line what it is, without a full stop
        hint: pnpm new package NAME "WHAT IT IS"
      2 errors
      ",
      }
    `);
    expect(readdirSync(join(tree, "packages/plugins/taken"))).toEqual(["precious"]);
    expect(existsSync(join(tree, ".changeset/plugin-taken-begins.md"))).toBe(false);
  });

  it("says how it is used", () => {
    expect(pnpmNew("plugin", "filter")).toMatchInlineSnapshot(`
      {
        "code": 2,
        "output": "pnpm new plugin KIND NAME          KIND: processor, handler, action, driver, link, input, filter, output
      pnpm new package NAME "WHAT IT IS"
      ",
      }
    `);
  });
});
