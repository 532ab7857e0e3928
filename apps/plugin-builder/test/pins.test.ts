import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "@millrace/core";
import { describe, expect, it } from "vitest";
import { writePins } from "../src/plugin/fix-pins.ts";
import { packageManagerOf } from "../src/plugin/installed.ts";
import { checkPins, type PinCheck } from "../src/plugin/pins.ts";
import { readPluginPackage, shortNameOf } from "../src/plugin/plugin-package.ts";
import { packageJson, scratchFolder, writeFiles } from "./support/scratch.ts";
import { failure, shown } from "./support/shown.ts";

const scratch = scratchFolder();
const release: Release = {
  format: 1,
  driver: "0.2.0",
  node: ">=22.12",
  packages: { "@millrace/api": { version: "0.2.0", integrity: "sha512-right" }, "@millrace/testkit": { version: "0.2.1" } },
  dependencies: { zod: { version: "4.6.7" } },
  layouts: {},
};
const remedies = { fix: "plugin-builder build geo --tag 0.2.0 --fix --out plugins", dev: "plugin-builder build geo --tag dev --out plugins" };

/** Checks a plugin with these keys in its package.json, and these versions in its `node_modules`. */
let count = 0;
function check(
  more: Readonly<Record<string, unknown>>,
  installed: Readonly<Record<string, string>> = {},
  lock?: unknown,
): PinCheck & { readonly folder: string; readonly text: string } {
  const folder = join(scratch, `plugin-${++count}`);
  writeFiles(folder, {
    "package.json": packageJson(more),
    "src/index.ts": "",
    ...Object.fromEntries(Object.entries(installed).map(([name, version]) => [`node_modules/${name}/package.json`, { name, version }])),
    ...(lock !== undefined && { "node_modules/.package-lock.json": lock }),
  });
  const found = checkPins(readPluginPackage(folder), release, remedies);
  return { ...found, folder, text: shown(found.diagnostics, { [folder]: "geo" }) };
}

describe("pins", () => {
  it("agree with a release", () => {
    const pins = {
      devDependencies: { "@millrace/api": "0.2.0", "@millrace/testkit": "0.2.1", zod: "4.6.7", "left-pad": "^1.0.0" },
      peerDependencies: { "@millrace/api": ">=0.1.0 <1" },
    };
    const found = check(pins, { "@millrace/api": "0.2.0", "@millrace/testkit": "0.2.1", zod: "4.6.7" });
    expect(found).toMatchObject({ text: "", fixes: [], mustInstall: false });
  });

  it("that are wrong are told all at once, each with its place, both versions, and the command that mends it", () => {
    const { text, fixes } = check({
      dependencies: { zod: "^4.0.0" },
      devDependencies: { "@millrace/api": "0.1.0", "@millrace/testkit": "file:../testkit.tgz", "@millrace/driver": "0.1.0" },
      peerDependencies: { "@millrace/api": "^0.1.0" },
    });
    expect(text).toMatchInlineSnapshot(`
      "geo/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/api 0.1.0, and release 0.2.0 has 0.2.0
              "@millrace/api": "0.1.0",
                               ^~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      geo/package.json:8:26: error MILLRACE_BUILDER_PIN: plugin geo asks for @millrace/testkit file:../testkit.tgz, and a plugin pins the exact version: release 0.2.0 has 0.2.1
              "@millrace/testkit": "file:../testkit.tgz",
                                   ^~~~~~~~~~~~~~~~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      geo/package.json:9:25: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/driver 0.1.0, and release 0.2.0 has 0.2.0
              "@millrace/driver": "0.1.0"
                                  ^~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      geo/package.json:12:12: error MILLRACE_BUILDER_PIN: plugin geo asks for zod ^4.0.0, and a plugin pins the exact version: release 0.2.0 has 4.6.7
              "zod": "^4.0.0"
                     ^~~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      geo/package.json:15:22: error MILLRACE_BUILDER_PIN: plugin geo says that it works with @millrace/api ^0.1.0, and release 0.2.0 has 0.2.0
              "@millrace/api": "^0.1.0"
                               ^~~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      5 errors"
    `);
    expect(fixes.map(({ table, name, version }) => `${table} ${name} ${version}`)).toEqual([
      "dependencies zod 4.6.7",
      "devDependencies @millrace/api 0.2.0",
      "devDependencies @millrace/testkit 0.2.1",
      "devDependencies @millrace/driver 0.2.0",
      "peerDependencies @millrace/api >=0.2.0 <1",
    ]);
  });

  it("are missing", () => {
    expect(check({ devDependencies: {} }).text).toMatchInlineSnapshot(`
      "geo/package.json:6:3: error MILLRACE_BUILDER_PIN: plugin geo does not pin @millrace/api, and release 0.2.0 has 0.2.0
            "devDependencies": {}
            ^~~~~~~~~~~~~~~~~
        hint: plugin-builder build geo --tag 0.2.0 --fix --out plugins
      1 error"
    `);
  });

  it("are right, but something else is installed", () => {
    const { text, mustInstall } = check({ devDependencies: { "@millrace/api": "0.2.0", "@millrace/testkit": "0.2.1" } }, { "@millrace/api": "0.1.0" });
    expect(text).toMatchInlineSnapshot(`
      "geo/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/api 0.2.0, and 0.1.0 is installed
              "@millrace/api": "0.2.0",
                               ^~~~~~~
        hint: npm install
      geo/package.json:8:26: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/testkit 0.2.1, and it is not installed
              "@millrace/testkit": "0.2.1"
                                   ^~~~~~~
        hint: npm install
      2 errors"
    `);
    expect(mustInstall).toBe(true);
  });

  it("are right, but what is installed is another archive of the same version", () => {
    const lock = { packages: { "node_modules/@millrace/api": { version: "0.2.0", integrity: "sha512-other" } } };
    expect(check({ devDependencies: { "@millrace/api": "0.2.0" } }, { "@millrace/api": "0.2.0" }, lock).text).toMatchInlineSnapshot(`
      "geo/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo has @millrace/api 0.2.0 installed, but not the archive that release 0.2.0 was made with
              "@millrace/api": "0.2.0"
                               ^~~~~~~
        hint: installed: sha512-other
              release:   sha512-right
              remove it from node_modules and from the lock file, then: npm install
      1 error"
    `);
  });

  it("of a workspace are those of the workspace", () => {
    expect(check({ devDependencies: { "@millrace/api": "workspace:^" } }, { "@millrace/api": "0.2.0" }).text).toBe("");
    const other = check({ devDependencies: { "@millrace/api": "workspace:^" } }, { "@millrace/api": "0.1.0" });
    expect(other).toMatchObject({ fixes: [], mustInstall: false });
    expect(other.text).toMatchInlineSnapshot(`
      "geo/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo has @millrace/api 0.1.0 from its workspace, and release 0.2.0 has 0.2.0
              "@millrace/api": "workspace:^"
                               ^~~~~~~~~~~~~
        hint: plugin-builder build geo --tag dev --out plugins, or build the plugin outside of the workspace
      1 error"
    `);
  });

  it("are written in the layout of the file", () => {
    const folder = join(scratch, "written");
    writeFiles(folder, { "package.json": '{\n\t"name": "x",\n\t"devDependencies": {\n\t\t"zod": "^4.0.0"\n\t}\n}\n' });
    writePins(folder, [
      { table: "devDependencies", name: "zod", version: "4.6.7" },
      { table: "devDependencies", name: "@millrace/api", version: "0.2.0" },
    ]);
    expect(readFileSync(join(folder, "package.json"), "utf8")).toBe(
      '{\n\t"name": "x",\n\t"devDependencies": {\n\t\t"@millrace/api": "0.2.0",\n\t\t"zod": "4.6.7"\n\t}\n}\n',
    );
  });

  it.each([
    ["package-lock.json", "npm"],
    ["pnpm-lock.yaml", "pnpm"],
    ["yarn.lock", "yarn"],
    ["bun.lock", "bun"],
  ])("are installed by what wrote %s: %s", (file, manager) => {
    const folder = join(scratch, `locked-${manager}`);
    writeFiles(folder, { [file]: "", "plugin/package.json": "{}" });
    expect(packageManagerOf(join(folder, "plugin"))).toBe(manager);
  });
});

describe("the package of a plugin", () => {
  it.each([
    ["millrace-plugin-geo", "geo"],
    ["@millrace/plugin-processor-example", "processor-example"],
    ["@acme/geo", "geo"],
    ["plugin-", "plugin-"],
  ])("%s makes files called %s", (name, short) => {
    expect(shortNameOf(name)).toBe(short);
  });

  it("is taken from its sources", () => {
    const entryOf = (more: Readonly<Record<string, unknown>>, ...files: readonly string[]): string => {
      const folder = join(scratch, `entry-${++count}`);
      writeFiles(folder, { "package.json": packageJson(more), ...Object.fromEntries(files.map((file) => [file, ""])) });
      return readPluginPackage(folder).entry;
    };
    expect(entryOf({ exports: { ".": { "@millrace/source": "./lib/a.ts", default: "./dist/a.js" } } }, "lib/a.ts", "src/index.ts", "dist/a.js")).toBe(
      "lib/a.ts",
    );
    expect(entryOf({ exports: "./dist/a.js" }, "src/index.ts", "dist/a.js")).toBe("src/index.ts");
    expect(entryOf({ exports: { import: "./dist/a.js" } }, "dist/a.js")).toBe("dist/a.js");
    expect(entryOf({ main: "a.js" }, "a.js")).toBe("a.js");
  });

  it("is wrong", async () => {
    const folder = join(scratch, "wrong");
    writeFiles(folder, { "package.json": { version: "1.x" } });
    expect(await failure(() => readPluginPackage(folder), { [folder]: "geo" })).toMatchInlineSnapshot(`
      "geo/package.json:1:1: error MILLRACE_BUILDER_PACKAGE: the package has no name
          {
          ^
      geo/package.json:1:1: error MILLRACE_BUILDER_PACKAGE: the package says nothing of its licence
          {
          ^
        hint: an SPDX expression: "license": "Apache-2.0"
      geo/package.json:1:1: error MILLRACE_BUILDER_PACKAGE: the package has no module to build
          {
          ^
        hint: name it in package.json: "exports": { ".": { "@millrace/source": "./src/index.ts", … } }; looked for src/index.ts, src/index.mts, src/index.js, src/index.mjs, index.ts, index.mjs, index.js
      geo/package.json:2:14: error MILLRACE_BUILDER_PACKAGE: "1.x" is no version
            "version": "1.x"
                       ^~~~~
      4 errors"
    `);
    expect(await failure(() => readPluginPackage(join(folder, "none")), { [folder]: "geo" })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PACKAGE: geo/none is no folder
        hint: name the folder of a plugin's package: plugin-builder build FOLDER
      1 error"
    `);
    writeFiles(folder, { "empty/x": "", "text/package.json": "nothing" });
    expect(await failure(() => readPluginPackage(join(folder, "empty")), { [folder]: "geo" })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PACKAGE: geo/empty has no package.json
        hint: name the folder of a plugin's package: plugin-builder build FOLDER
      1 error"
    `);
    expect(await failure(() => readPluginPackage(join(folder, "text")), { [folder]: "geo" })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PACKAGE: geo/text/package.json is no JSON object
        cause: Unexpected token 'o', "nothing" is not valid JSON
      1 error"
    `);
  });
});
