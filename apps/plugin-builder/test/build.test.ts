import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { join } from "node:path";
import type { PluginManifest } from "@millrace/core";
import { release } from "@millrace/release";
import { describe, expect, it } from "vitest";
import { build } from "../src/build/build.ts";
import { checkLayouts } from "../src/build/checks.ts";
import { buildReport } from "../src/build/report.ts";
import { readPluginPackage } from "../src/plugin/plugin-package.ts";
import { builtPaths, PROCESSOR, writePlugin } from "./support/plugins.ts";
import { API_VERSION, packageJson, root, scratchFolder, VERSIONS, writeFiles } from "./support/scratch.ts";
import { failure, shown } from "./support/shown.ts";

const scratch = scratchFolder();
const out = (name: string): string => join(scratch, "out", name);
const manifestIn = (folder: string): PluginManifest => JSON.parse(readFileSync(join(folder, "geo.manifest.json"), "utf8"));
let count = 0;

/** What a user sees of a build that fails, and that it has written nothing. */
async function refusal(files: Readonly<Record<string, unknown>>, more: Partial<Parameters<typeof build>[0]> = {}): Promise<string> {
  const name = `refused-${++count}`;
  const folder = writePlugin(join(scratch, name), files);
  const text = await failure(() => build({ folder, tag: "dev", out: out(name), ...more }), { [folder]: "geo", [out(name)]: "out", ...VERSIONS });
  expect(existsSync(out(name))).toBe(false);
  return text;
}

describe("a build", () => {
  it("makes one file, its map and its manifest, and says so in a few lines", async () => {
    const folder = writePlugin(join(scratch, "first"), { "package.json": packageJson({ description: "Where it comes from" }) });
    const built = await build({ folder, tag: "dev", out: out("first") });
    const [code, map, manifest] = builtPaths(out("first")).map((path) => readFileSync(path));
    expect(readdirSync(out("first")).sort()).toEqual(["geo.manifest.json", "geo.mjs", "geo.mjs.map"]);
    const report = buildReport(built)
      .replaceAll(out("first"), "out")
      .replaceAll(new RegExp(Object.keys(VERSIONS).join("|").replaceAll(".", "\\."), "g"), "VERSION")
      .replace(/[0-9a-f]{64}/, "SHA256")
      .replaceAll(/ {2,}\d+\.\d kB/g, "  SIZE")
      .replaceAll(/ {3,}/g, "  ");
    expect(report).toMatchInlineSnapshot(`
      "millrace-plugin-geo 1.2.0 is built for driver VERSION (this workspace)
        processor geo  loaded and run: 6 checks passed
        out/geo.mjs  SIZE
        out/geo.mjs.map  SIZE
        out/geo.manifest.json  SIZE
        pins @millrace/api VERSION, @millrace/core VERSION
        bundles @millrace/api VERSION (Apache-2.0)
        sha256 SHA256
      "
    `);

    const told = JSON.parse(String(manifest)) as PluginManifest;
    expect(told.sha256).toBe(
      createHash("sha256")
        .update(code as Buffer)
        .digest("hex"),
    );
    expect(told).toMatchObject({
      format: 1,
      name: "millrace-plugin-geo",
      version: "1.2.0",
      description: "Where it comes from",
      file: "geo.mjs",
      node: ">=22.12",
      release: { tag: "dev", driver: release.driver },
      pins: { "@millrace/api": API_VERSION, "@millrace/core": release.packages["@millrace/core"]?.version },
      layouts: {},
      bundled: [{ name: "@millrace/api", version: API_VERSION, license: "Apache-2.0" }],
      plugins: [{ kind: "processor", name: "geo", aliases: [], stability: "beta", channels: { in: ["flat"], out: [] } }],
    });
    const line = String(code)
      .split("\n")
      .findIndex((text) => text.includes("ctx.log.info("));
    const original = new SourceMap(JSON.parse(String(map))).findEntry(line, 8);
    expect(original).toMatchObject({ originalSource: "src/index.js" });
    expect(PROCESSOR.split("\n")["originalLine" in original ? original.originalLine : -1]).toContain("ctx.log.info(");
  });

  it("has the same bytes from another folder", async () => {
    const dependency = {
      "node_modules/old/package.json": { name: "old", version: "3.0.0", license: "ISC" },
      "node_modules/old/index.js": 'const { sep } = require("node:path"); /*! old is free */ module.exports = { sep };',
      "package.json": packageJson({ dependencies: { old: "3.0.0" } }),
      "src/index.js": `import old from "old";\n${PROCESSOR.replace("Reads all records", "Reads all records by ${old.sep}").replace(/description: "(.*)"/, "description: `$1`")}`,
    };
    const one = writePlugin(join(scratch, "one"), dependency);
    const two = writePlugin(join(scratch, "a", "deeper", "two"), dependency);
    await build({ folder: one, tag: "dev", out: out("one") });
    await build({ folder: two, tag: "dev", out: out("two") });
    for (const [index, path] of builtPaths(out("one")).entries())
      expect(readFileSync(path).equals(readFileSync(builtPaths(out("two"))[index] as string))).toBe(true);
    const [code = "", map = ""] = builtPaths(out("one")).map((path) => readFileSync(path, "utf8"));
    expect(`${code}${map}`).not.toContain(scratch);
    expect(code).toContain('"old@3.0.0/index.js"(');
    expect(code).toContain("old is free");
    expect(manifestIn(out("one")).bundled.map(({ name, license }) => `${name} ${license}`)).toEqual(["@millrace/api Apache-2.0", "old ISC"]);
  });

  it("carries the layout of the records that are in the bundle", async () => {
    const reader = join(root, "packages/plugins/sysflow-reader");
    const { manifest } = await build({ folder: reader, tag: "dev", out: out("reader"), types: false, live: false });
    expect(manifest.layouts).toEqual({ "@millrace/sysflow": release.layouts["@millrace/sysflow"] });
    expect(Object.keys(manifest.pins)).toContain("@millrace/sysflow");
  });

  it("is done again over what was built before, but not over what another package has built", async () => {
    const folder = writePlugin(join(scratch, "again"));
    await build({ folder, tag: "dev", out: out("again"), live: false });
    await build({ folder, tag: "dev", out: out("again"), live: false });
    const other = writePlugin(join(scratch, "other"), { "package.json": packageJson({ name: "@acme/geo" }) });
    expect(await failure(() => build({ folder: other, tag: "dev", out: out("again") }), { [out("again")]: "out" })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TAKEN: out/geo.manifest.json belongs to millrace-plugin-geo, and @acme/geo would write the same files
        hint: build one of them into another folder: --out FOLDER
      1 error"
    `);
  });

  it("tells of options as JSON Schema, and tries the plugin with those of package.json", async () => {
    const source = `const text = (value) => (typeof value?.where === "string" ? { value } : { issues: [{ message: "a text was expected", path: ["where"] }] });
const described = { type: "object", properties: { where: { type: "string", description: "Where" } }, required: ["where"], additionalProperties: false };
const schema = { "~standard": { version: 1, vendor: "test", validate: text, jsonSchema: { input: () => described, output: () => described } } };
${PROCESSOR.replace('in: "flat",', 'in: "flat",\n  options: schema,')}`;
    const bare = writePlugin(join(scratch, "bare"), { "src/index.js": source });
    const { trials } = await build({ folder: bare, tag: "dev", out: out("bare") });
    expect(trials[0]).toMatchObject({ name: "geo", leftOut: "it wants options: where", failed: [] });
    expect(manifestIn(out("bare")).plugins[0]?.options).toMatchObject({ required: ["where"] });

    const told = writePlugin(join(scratch, "told"), { "src/index.js": source, "package.json": packageJson({ millrace: { try: { geo: { where: "here" } } } }) });
    const tried = await build({ folder: told, tag: "dev", out: out("told") });
    expect(tried.trials[0]?.leftOut).toBeUndefined();
    expect(tried.trials[0]?.passed).toContain("works, and ends when its input does");
  });

  it("warns of files that are not in the bundle", async () => {
    const source = `${PROCESSOR}\nexport const worker = () => [new URL("./worker.js", import.meta.url), new URL("../data.json", import.meta.url)];\n`;
    const folder = writePlugin(join(scratch, "beside"), { "src/index.js": source });
    const { warnings } = await build({ folder, tag: "dev", out: out("beside"), live: false });
    expect(shown(warnings)).toMatchInlineSnapshot(`
      "warning MILLRACE_BUILDER_BESIDE: plugin geo asks for ./worker.js beside its module, and the built file does not have it there
        hint: import it, or put its text into a module; or use the plugin as an npm package
      warning MILLRACE_BUILDER_BESIDE: plugin geo asks for ../data.json beside its module, and the built file does not have it there
        hint: import it, or put its text into a module; or use the plugin as an npm package
      2 warnings"
    `);
  });

  it("warns of a package without a licence", async () => {
    const folder = writePlugin(join(scratch, "unlicensed"), {
      "node_modules/free/package.json": { name: "free", version: "1.0.0" },
      "node_modules/free/index.js": "export const free = Symbol();",
      "src/index.js": `import { free } from "free";\nexport { free };\n${PROCESSOR}`,
    });
    const { warnings } = await build({ folder, tag: "dev", out: out("unlicensed"), live: false });
    expect(shown(warnings)).toMatchInlineSnapshot(`
      "warning MILLRACE_BUILDER_LICENCE: plugin geo bundles free 1.0.0, which names no licence
        hint: look into its repository whether it may be passed on
      1 warning"
    `);
  });
});

describe("a build is refused", () => {
  it("where pins differ from the release", async () => {
    expect(await refusal({ "package.json": packageJson({ devDependencies: { "@millrace/api": "0.0.1" } }) })).toMatchInlineSnapshot(`
      "geo/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/api 0.0.1, and release VERSION has VERSION
              "@millrace/api": "0.0.1"
                               ^~~~~~~
        hint: plugin-builder build geo --tag dev --fix --out out
      1 error"
    `);
  });

  it("where types are wrong", async () => {
    const folder = writePlugin(join(scratch, "typed"), { "src/index.js": "", "src/index.ts": 'export const seconds: number = "soon";\n' });
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, module: "nodenext", types: [] }, include: ["src"] }));
    const text = await failure(() => build({ folder, tag: "dev", out: out("typed") }), { [folder]: "geo" });
    expect(text).toMatchInlineSnapshot(`
      "geo/src/index.ts:1:14: error MILLRACE_BUILDER_TYPE: Type 'string' is not assignable to type 'number'. (TS2322)
          export const seconds: number = "soon";
                       ^~~~~~~
      1 error"
    `);
  });

  it("where an import leads nowhere", async () => {
    expect(await refusal({ "src/index.js": 'import { a } from "not-there";\nexport const b = a;\n' })).toMatchInlineSnapshot(`
      "geo/src/index.js:1:19: error MILLRACE_BUILDER_BUNDLE: Could not resolve "not-there"
          import { a } from "not-there";
                            ^~~~~~~~~~~
        hint: npm install not-there
      1 error"
    `);
  });

  it("where the module can't be imported", async () => {
    expect(await refusal({ "src/index.js": 'throw new Error("no luck");' })).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_IMPORT: geo.mjs can't be imported
        cause: no luck
      1 error"
    `);
  });

  it("where it exports no plugin", async () => {
    expect(await refusal({ "src/index.js": "export const nothing = 1;" })).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_NOT_PLUGIN: geo.mjs exports no plugin
        hint: export one: export const plugin = defineNode({ … })
      1 error"
    `);
  });

  it("where a plugin has two of one name", async () => {
    expect(await refusal({ "src/index.js": `${PROCESSOR}export const again = { ...plugin };\n` })).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_TWICE: geo.mjs exports processor "geo" more than once
        hint: keep one of them, or give it another name
      1 error"
    `);
  });

  it("where the health check fails", async () => {
    const source = PROCESSOR.replace("async process(", 'test() {\n      throw new Error("nobody answers");\n    },\n    async process(');
    expect(await refusal({ "src/index.js": source })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TRIAL: processor geo fails the check "works, and ends when its input does": node 'geo': its health check failed: nobody answers
        hint: "millrace": { "try": { "geo": { … } } } in package.json gives it other options; --no-try builds it untried
      1 error"
    `);
  });

  it("where it does not live as a plugin should", async () => {
    const source = PROCESSOR.replace("records += batch.data.records;", 'throw new Error("too many");');
    expect(await refusal({ "src/index.js": source })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TRIAL: processor geo fails the check "works, and ends when its input does": the run was failed: node 'geo': too many
        hint: "millrace": { "try": { "geo": { … } } } in package.json gives it other options; --no-try builds it untried
      1 error"
    `);
  });

  it("where it ends the process", async () => {
    expect(await refusal({ "src/index.js": PROCESSOR.replace("let records = 0;", "process.exit(3);") })).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TRIAL: processor geo ended the process it was tried in: it ended with exit code 3
      1 error"
    `);
  });

  it("where package.json has options for a plugin that is not there", async () => {
    expect(await refusal({ "package.json": packageJson({ millrace: { try: { goe: {} } } }) })).toMatchInlineSnapshot(`
      "geo/package.json:11:7: error MILLRACE_BUILDER_PACKAGE: package.json has options to try "goe" with, and the package exports no plugin of that name
                "goe": {}
                ^~~~~
        hint: did you mean "geo"?
      1 error"
    `);
  });

  it("where it asks for another Node", async () => {
    const text = await refusal({ "package.json": packageJson({ engines: { node: ">=99" } }) });
    expect(text.replaceAll(process.versions.node, "NODE")).toMatchInlineSnapshot(`
      "geo/package.json:10:13: error MILLRACE_BUILDER_NODE: plugin geo asks for Node >=99, and this is Node NODE
              "node": ">=99"
                      ^~~~~~
        hint: build it with a Node that it runs on: it is tried on this one
      1 error"
    `);
  });

  it("where something else of the release comes in by another package", async () => {
    const files = {
      "node_modules/mid/package.json": { name: "mid", version: "1.0.0", license: "MIT" },
      "node_modules/mid/index.js": 'export { z } from "zod";',
      "node_modules/mid/node_modules/zod/package.json": { name: "zod", version: "3.0.0", license: "MIT" },
      "node_modules/mid/node_modules/zod/index.js": "export const z = Symbol();",
      "src/index.js": `import { z } from "mid";\nexport { z };\n${PROCESSOR}`,
    };
    expect(await refusal(files)).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PIN: plugin geo would bundle zod 3.0.0, and release VERSION has 4.6.7
        hint: npm ls zod says who asks for it; npm install --save-dev --save-exact zod@4.6.7
      1 error"
    `);
  });

  it("where records are laid out otherwise than in the release", async () => {
    const plugin = readPluginPackage(writePlugin(join(scratch, "laid-out")));
    const text = await failure(
      () => checkLayouts(plugin, { "@millrace/sysflow": "sha256-here" }, { ...release, layouts: { "@millrace/sysflow": "sha256-there" } }),
      VERSIONS,
    );
    expect(text).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_LAYOUT: plugin geo would bundle @millrace/sysflow with the record layout sha256-here, and release VERSION has sha256-there
        hint: install the packages anew; in a workspace write its release again: node tooling/release/release-file.mjs --fix
      1 error"
    `);
  });

  it("where there is no such folder", async () => {
    expect(await failure(() => build({ folder: "not/there", tag: "dev", out: out("none") }))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PACKAGE: not/there is no folder
        hint: name the folder of a plugin's package: plugin-builder build FOLDER
      1 error"
    `);
  });
});

describe("--fix", () => {
  it("writes pins and installs, so that one command mends what another refuses", async () => {
    const folder = join(scratch, "fixed");
    writeFiles(folder, {
      "package.json": packageJson({ devDependencies: { "@millrace/api": "0.0.1" }, peerDependencies: { "@millrace/api": "^0.0.1" } }),
      "src/index.js": PROCESSOR,
    });
    writeFiles(join(scratch, "bin"), { npm: '#!/bin/sh\nmkdir -p node_modules/@millrace && ln -s "$MILLRACE_TEST_API" node_modules/@millrace/api\n' });
    expect(await withNpm(join(scratch, "bin"), () => build({ folder, tag: "dev", out: out("fixed"), fix: true, live: false }))).toMatchObject({
      fixed: [
        `@millrace/api ${API_VERSION} (devDependencies)`,
        expect.stringMatching(/^@millrace\/api .* \(peerDependencies\)$/),
        "npm install --no-audit --no-fund",
      ],
    });
  });
});

/** Lets a script stand for npm. */
async function withNpm<T>(bin: string, work: () => Promise<T>): Promise<T> {
  chmodSync(join(bin, "npm"), 0o755);
  const path = process.env["PATH"];
  process.env["PATH"] = `${bin}:${path}`;
  process.env["MILLRACE_TEST_API"] = join(root, "packages", "api");
  try {
    return await work();
  } finally {
    process.env["PATH"] = path;
    delete process.env["MILLRACE_TEST_API"];
  }
}
