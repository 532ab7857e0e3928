import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Source } from "@millrace/text";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../src/build/build.ts";
import { distribute } from "../src/distribution/distribute.ts";
import { readDistribution } from "../src/distribution/read-manifest.ts";
import { distributionReport } from "../src/distribution/report.ts";
import { PROCESSOR, writePlugin } from "./support/plugins.ts";
import { Registry } from "./support/registry.ts";
import { run } from "./support/run.ts";
import { packageJson, root, scratchFolder, VERSIONS, writeFiles } from "./support/scratch.ts";
import { failure, shown } from "./support/shown.ts";
import { archiveOf } from "./support/tar.ts";

const scratch = scratchFolder();
const versionOf = (plugin: string): string => JSON.parse(readFileSync(join(root, "packages/plugins", plugin, "package.json"), "utf8")).version;
const listed = (plugin: string): string => `"@millrace/plugin-${plugin}@${versionOf(plugin)}"`;

beforeAll(async () => {
  await build({ folder: writePlugin(join(scratch, "geo")), tag: "dev", out: join(scratch, "plugins"), live: false });
  writePlugin(join(scratch, "count"), {
    "package.json": packageJson({ name: "millrace-plugin-count" }),
    "src/index.js": PROCESSOR.replaceAll('"geo"', '"count"'),
  });
});

describe("a distribution", () => {
  const list = `
dist:
  name: edge-collector
  version: 2.0.0
  driver: dev
  commands: [millrace, sfprocessor]
plugins:
  - package: ${listed("driver-file")}
  - package: ${listed("sysflow-reader")}
  - file: plugins/geo.mjs
  - folder: count
`;

  it("is a driver with just the plugins of a list, from packages, built files and folders, and the same bytes again", async () => {
    writeFiles(scratch, {
      "edge.yaml": list,
      "elsewhere/edge.yaml": list.replace("plugins/geo", "../plugins/geo").replace("folder: count", "folder: ../count"),
    });
    const made = await distribute({ manifest: join(scratch, "edge.yaml") });
    const report = distributionReport(made)
      .replaceAll(scratch, "SCRATCH")
      .replace(/\d\.\d MB/, "SIZE")
      .replaceAll(/ {3,}/g, "  ");
    expect(Object.keys(VERSIONS).reduce((text, version) => text.replaceAll(version, "VERSION"), report)).toMatchInlineSnapshot(`
      "edge-collector 2.0.0 is made: SCRATCH/dist, SIZE, with driver VERSION (this workspace)
        @millrace/plugin-driver-file VERSION  driver file
        @millrace/plugin-sysflow-reader VERSION  handler flattener, processor sysflowreader
        millrace-plugin-geo 1.2.0  processor geo
        millrace-plugin-count 1.2.0  processor count
        node SCRATCH/dist/millrace.mjs
        node SCRATCH/dist/sfprocessor.mjs
      "
    `);
    expect(distributionReport({ ...made, out: "my dist" })).toContain("\n  node 'my dist/millrace.mjs'\n");
    const dist = join(scratch, "dist");
    expect(readdirSync(dist).sort()).toEqual(["bom.cdx.json", "distribution.json", "lib", "millrace.mjs", "package.json", "sfprocessor.mjs"]);

    const plugins = await run(`node ${join(dist, "millrace.mjs")} plugins --json`, scratch);
    const found = JSON.parse(plugins.output) as readonly { readonly kind: string; readonly name: string }[];
    const names = found.map(({ kind, name }) => `${kind} ${name}`);
    expect(names.sort()).toEqual(["driver file", "handler flattener", "processor count", "processor geo", "processor sysflowreader"]);

    const reader = { processor: "sysflowreader", handler: "flattener", in: "sysflow sysflowchan", out: "flat flattenerchan" };
    const stages = ["geo", "count"].map((processor) => ({ processor, in: "flat flattenerchan" }));
    writeFiles(scratch, {
      "pipeline.json": { pipeline: [reader, ...stages] },
      "other.json": { pipeline: [reader, { processor: "exporter", in: "flat flattenerchan" }] },
    });
    const trace = join(root, "examples/traces/client-server.sf");
    const counted = await run(`node ${join(dist, "sfprocessor.mjs")} -config pipeline.json ${trace}`, scratch);
    expect(counted.code, counted.output).toBe(0);
    expect(counted.output).toMatch(/geo: \d+ records\n/);
    expect(counted.output).toMatch(/count: \d+ records\n/);
    const other = await run(`node ${join(dist, "millrace.mjs")} check other.json`, scratch);
    expect(other.code).toBe(1);
    expect(other.output).toContain('no processor is called "exporter"');

    await distribute({ manifest: join(scratch, "elsewhere/edge.yaml") });
    expect(bytesOf(join(scratch, "elsewhere/dist"))).toEqual(bytesOf(dist));
  });

  it("is made of packages that npm fetches, each in its version", async () => {
    const driver = `import { BUILTINS } from "#builtin-plugins";
      export async function run(args) { console.log(args[0] === "plugins" ? JSON.stringify(BUILTINS) : "1.0.0"); }`;
    const about = { format: 1, driver: "1.0.0", node: ">=22.12", packages: { "@millrace/api": { version: "1.0.0" } }, dependencies: {}, layouts: {} };
    const plugin = (version: string, range: string): Uint8Array =>
      archiveOf({
        "package/package.json": JSON.stringify({
          name: "millrace-plugin-far",
          version,
          license: "MIT",
          main: "geo.mjs",
          peerDependencies: { "@millrace/api": range },
        }),
        "package/geo.mjs": readFileSync(join(scratch, "plugins/geo.mjs"), "utf8"),
      });
    const registry = await Registry.start({
      "@millrace/release": { "1.0.0": archiveOf({ "package/package.json": "{}", "package/release.json": JSON.stringify(about) }) },
      "@millrace/driver": {
        "1.0.0": archiveOf({
          "package/package.json": '{"name":"@millrace/driver","version":"1.0.0","license":"MIT","type":"module"}',
          "package/dist/unlinked/millrace.js": driver,
        }),
      },
      "millrace-plugin-far": { "1.1.0": plugin("1.1.0", "^1.0.0"), "2.0.0": plugin("2.0.0", "^2.0.0") },
    });
    try {
      const listOf = (version: string): string => `dist: { name: far, version: 3.0.0, driver: 1.0.0 }\nplugins:\n  - package: millrace-plugin-far@${version}\n`;
      writeFiles(scratch, {
        "far/.npmrc": registry.settings(join(scratch, "cache")),
        "far/far.yaml": listOf("1.1.0"),
        "far/far2.yaml": listOf("2.0.0"),
        "far/far3.yaml": listOf("3.0.0"),
      });
      const made = await distribute({ manifest: join(scratch, "far/far.yaml") });
      expect(made.parts).toMatchObject([{ name: "millrace-plugin-far", version: "1.1.0", plugins: [{ kind: "processor", name: "geo" }] }]);
      const bill = JSON.parse(readFileSync(join(scratch, "far/dist/bom.cdx.json"), "utf8")) as { readonly components: readonly { readonly purl: string }[] };
      expect(bill.components.map(({ purl }) => purl)).toEqual(["pkg:npm/%40millrace/driver@1.0.0", "pkg:npm/millrace-plugin-far@1.1.0"]);
      expect(await failure(() => distribute({ manifest: join(scratch, "far/far2.yaml") }), { [scratch]: "SCRATCH" })).toMatchInlineSnapshot(`
        "SCRATCH/far/far2.yaml:3:14: error MILLRACE_ARTEFACT_VERSION: plugin millrace-plugin-far 2.0.0 works with @millrace/api ^2.0.0, and this driver has 1.0.0
              - package: millrace-plugin-far@2.0.0
                         ^~~~~~~~~~~~~~~~~~~~~~~~~
          hint: npm install millrace-plugin-far@latest, or a version of it that works with @millrace/api 1.0.0
        1 error"
      `);
      expect(await failure(() => distribute({ manifest: join(scratch, "far/far3.yaml") }))).toMatch(
        /^error MILLRACE_BUILDER_NPM: the packages of the distribution can't be installed: npm says ETARGET: /,
      );
    } finally {
      await registry.stop();
    }
  });

  it("leaves a folder alone that holds something else", async () => {
    writeFiles(scratch, { "taken/mine.txt": "", "taken.yaml": list.replace("version: 2.0.0", "version: 2.0.0\n  output: taken") });
    expect(await failure(() => distribute({ manifest: join(scratch, "taken.yaml") }), { [scratch]: "SCRATCH" })).toMatchInlineSnapshot(`
      "error MILLRACE_DIST_TAKEN: SCRATCH/taken holds something else: it has no distribution.json
        hint: name another folder: --out FOLDER
      1 error"
    `);
    expect(readdirSync(join(scratch, "taken"))).toEqual(["mine.txt"]);
  });

  it("is not made of what is not there, is of another version, or does not fit; all that is wrong is told at once", async () => {
    writeFiles(scratch, {
      "bad/list.yaml": `dist: { name: bad, version: 1.0.0, driver: dev }
plugins:
  - package: "@millrace/plugin-none@1.0.0"
  - package: "@millrace/plugin-exporter@0.0.1"
  - file: old.mjs
  - file: gone.mjs
  - folder: ../count-old
`,
      "bad/old.mjs": readFileSync(join(scratch, "plugins/geo.mjs"), "utf8"),
      "bad/old.manifest.json": {
        ...JSON.parse(readFileSync(join(scratch, "plugins/geo.manifest.json"), "utf8")),
        file: "old.mjs",
        pins: { "@millrace/api": "0.0.1" },
      },
      "count-old/package.json": packageJson({ devDependencies: { "@millrace/api": "0.0.1" } }),
      "count-old/index.js": "",
    });
    expect(await failure(() => distribute({ manifest: join(scratch, "bad/list.yaml") }), { [scratch]: "SCRATCH", ...VERSIONS })).toMatchInlineSnapshot(`
      "SCRATCH/bad/list.yaml:3:14: error MILLRACE_DIST_PART: there is no @millrace/plugin-none in this workspace
            - package: "@millrace/plugin-none@1.0.0"
                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: plugins of others come into a workspace's distribution as a file or a folder
      SCRATCH/bad/list.yaml:4:14: error MILLRACE_DIST_PART: the distribution lists @millrace/plugin-exporter 0.0.1, and this workspace has VERSION
            - package: "@millrace/plugin-exporter@0.0.1"
                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: list @millrace/plugin-exporter@VERSION
      SCRATCH/bad/list.yaml:5:11: error MILLRACE_ARTEFACT_VERSION: plugin millrace-plugin-geo (SCRATCH/bad/old.mjs) was built against @millrace/api 0.0.1, and this driver has VERSION
            - file: old.mjs
                    ^~~~~~~
        hint: plugin-builder build DIR --tag dev --fix --out SCRATCH/bad
      SCRATCH/bad/list.yaml:6:11: error MILLRACE_BUILDER_FILE: there is no file SCRATCH/bad/gone.mjs
            - file: gone.mjs
                    ^~~~~~~~
        hint: name the .mjs file of a built plugin, or its manifest
      SCRATCH/count-old/package.json:7:22: error MILLRACE_BUILDER_PIN: plugin geo pins @millrace/api 0.0.1, and release VERSION has VERSION
              "@millrace/api": "0.0.1"
                               ^~~~~~~
        hint: plugin-builder build SCRATCH/count-old --tag dev --fix --out FOLDER
      5 errors"
    `);
    expect(existsSync(join(scratch, "bad/dist"))).toBe(false);
  });

  it("has no two plugins of one name", async () => {
    writeFiles(scratch, {
      "twice.yaml": `dist: { name: twice, version: 1.0.0, driver: dev }\nplugins:\n  - package: ${listed("processor-example")}\n  - folder: twin\n`,
    });
    writePlugin(join(scratch, "twin"), {
      "package.json": packageJson({ name: "millrace-plugin-twin" }),
      "src/index.js": PROCESSOR.replaceAll('"geo"', '"example"'),
    });
    expect(await failure(() => distribute({ manifest: join(scratch, "twice.yaml") }), { [scratch]: "SCRATCH", ...VERSIONS })).toMatchInlineSnapshot(`
      "SCRATCH/twice.yaml:4:13: error MILLRACE_DIST_TWICE: processor "example" is in @millrace/plugin-processor-example VERSION and millrace-plugin-twin 1.2.0
            - folder: twin
                      ^~~~
        hint: list one of them
      1 error"
    `);
  });
});

describe("the list of a distribution", () => {
  const findings = (text: string): string => shown(readDistribution(new Source("edge.yaml", text)).diagnostics);

  it("has defaults", () => {
    const text = 'dist: { name: edge, version: 1.0.0, driver: 0.1.0 }\nplugins: [{ package: "geo@1.0.0" }]\n';
    expect(readDistribution(new Source("edge.yaml", text)).manifest).toMatchObject({
      driver: "0.1.0",
      output: "dist",
      commands: ["millrace"],
      plugins: [{ from: "package", name: "geo", version: "1.0.0" }],
    });
  });

  it("is wrong: everything is told at once, with its place", () => {
    expect(
      findings(`dist:
  nmae: edge
  version: 1.x
  commands: [millrace, sfprocesor]
plugins:
  - package: "@millrace/plugin-exporter"
  - package: "@millrace/plugin-stdout@^0.1.0"
  - file: [a]
  - file: a.mjs
    folder: a
  - path: a
  - a
  - file: b.mjs
  - file: b.mjs
more: 1
`),
    ).toMatchInlineSnapshot(`
      "edge.yaml:2:3: error MILLRACE_DIST_MANIFEST: "nmae" is not known here
            nmae: edge
            ^~~~
        hint: did you mean "name"?
      edge.yaml:2:3: error MILLRACE_DIST_MANIFEST: there is no "name"
            nmae: edge
            ^~~~~~~~~~
      edge.yaml:2:3: error MILLRACE_DIST_MANIFEST: there is no "driver"
            nmae: edge
            ^~~~~~~~~~
      edge.yaml:3:12: error MILLRACE_DIST_MANIFEST: "1.x" is no version
            version: 1.x
                     ^~~
        hint: such as 1.0.0
      edge.yaml:4:24: error MILLRACE_DIST_MANIFEST: no command of the driver is called "sfprocesor"
            commands: [millrace, sfprocesor]
                                 ^~~~~~~~~~
        hint: did you mean "sfprocessor"?
      edge.yaml:6:14: error MILLRACE_DIST_MANIFEST: no version of @millrace/plugin-exporter is named
            - package: "@millrace/plugin-exporter"
                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: a distribution names exact versions: @millrace/plugin-exporter@1.2.3; npm view @millrace/plugin-exporter versions lists them
      edge.yaml:7:14: error MILLRACE_DIST_MANIFEST: "^0.1.0" is no exact version of @millrace/plugin-stdout
            - package: "@millrace/plugin-stdout@^0.1.0"
                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: a distribution names exact versions: @millrace/plugin-stdout@1.2.3; npm view @millrace/plugin-stdout versions lists them
      edge.yaml:8:3: error MILLRACE_DIST_MANIFEST: "file" must be a text
            - file: [a]
            ^~~~~~~~~~~
      edge.yaml:9:3: error MILLRACE_DIST_MANIFEST: a plugin comes from one place, and these are file and folder
            - file: a.mjs
            ^~~~~~~~~~~~~
        hint: one of package, file, folder
      edge.yaml:11:3: error MILLRACE_DIST_MANIFEST: it is not said where the plugin comes from
            - path: a
            ^~~~~~~~~
        hint: one of package, file, folder
      edge.yaml:11:5: error MILLRACE_DIST_MANIFEST: "path" is not known here
            - path: a
              ^~~~
        hint: there are package, file, folder
      edge.yaml:12:5: error MILLRACE_DIST_MANIFEST: a plugin is a map
            - a
              ^
        hint: with one of package, file, folder
      edge.yaml:14:11: error MILLRACE_DIST_MANIFEST: b.mjs is listed twice
            - file: b.mjs
                    ^~~~~
      edge.yaml:15:1: error MILLRACE_DIST_MANIFEST: "more" is not known here
          more: 1
          ^~~~
        hint: there are dist, plugins
      14 errors"
    `);
  });

  it.each(["", "- a", "dist: 1", "plugins: []", "dist: {name: a, version: 1.0.0, driver: dev}\nplugins: []", "dist: [", "a: *b"])("%j is none", (text) => {
    const { manifest, diagnostics } = readDistribution(new Source("edge.yaml", text));
    expect(manifest).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it("is not there", async () => {
    expect(await failure(() => distribute({ manifest: join(scratch, "none.yaml") }), { [scratch]: "SCRATCH" })).toMatchInlineSnapshot(`
      "error MILLRACE_DIST_MANIFEST: there is no file SCRATCH/none.yaml
        hint: name the list of what the distribution is made of, in YAML
      1 error"
    `);
  });
});

/** Every file of a folder, by its path. */
function bytesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name).slice(folder.length), readFileSync(join(parentPath, name), "latin1")]).sort(),
  );
}
