import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PluginKind } from "@millrace/api";
import type { PluginManifest } from "@millrace/core";
import { release } from "@millrace/release";
import { describe, expect, it } from "vitest";
import { Command, type CommandName, type CommandOptions, type Ended, runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";
import { writeBuiltPlugin, writeBundledPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();
const trace = join(root, "examples/traces/client-server.sf");

/** What each kind of plugin needs to be one. */
const SOURCES = {
  driver: `import { defineDriver } from "@millrace/api/sysflow";
    export const plugin = defineDriver({ name: "NAME", description: "Sends nothing", out: "flat", create: () => ({ run() {} }) });`,
  processor: `import { defineProcessor } from "@millrace/api/sysflow";
    export const plugin = defineProcessor({ name: "NAME", description: "Reads", in: "flat", create: () => ({ async process(input) { for await (const _ of input); } }) });`,
  handler: `import { defineHandler } from "@millrace/api/sysflow";
    export const plugin = defineHandler({ name: "NAME", description: "Handles", create: () => ({ handleProcEvt() {} }) });`,
  action: `import { defineAction } from "@millrace/api/sysflow";
    export const plugin = defineAction({ name: "NAME", description: "Acts", create: () => ({ apply() {} }) });`,
  link: `import { defineLink } from "@millrace/api/flow";
    export const plugin = defineLink({ name: "NAME", role: "sink", description: "Takes", create: () => ({ recv: () => "done" }) });`,
  output: `import { defineOutput } from "@millrace/api/fluent";
    export const plugin = defineOutput({ name: "NAME", description: "Takes", create: () => ({ async flush() {} }) });`,
} as const satisfies Partial<Record<PluginKind, string>>;

type Kind = keyof typeof SOURCES;

/** A way in which a command comes to a plugin. */
interface Route {
  readonly called: string;
  readonly kind: Kind;
  readonly command: CommandName;
  /** Where the plugin lies, in the folder of the case. */
  readonly folder: string;
  /** Writes what the command reads; gives its arguments. */
  set(cwd: string): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints when the plugin has been loaded and all is well, where it does not end by itself. */
  readonly ready?: RegExp;
}

const READER = { processor: "sysflowreader", handler: "flattener", in: "sf sysflowchan", out: "flat flattenerchan" };

const ROUTES: readonly Route[] = [
  {
    called: "-plugdir of sfprocessor",
    kind: "processor",
    command: "sfprocessor",
    folder: "plugins",
    set: (cwd) => sysflow(cwd, [READER, { processor: "own", in: "flat flattenerchan" }]),
  },
  {
    called: "-driverdir of sfprocessor",
    kind: "driver",
    command: "sfprocessor",
    folder: "drivers",
    set: (cwd) => sysflow(cwd, [{ processor: "example", in: "flat flattenerchan" }], ["-driver=own", "-driverdir=drivers"]),
  },
  {
    called: "handlerlibpath of sfprocessor",
    kind: "handler",
    command: "sfprocessor",
    folder: "handlers",
    set: (cwd) => sysflow(cwd, [{ ...READER, handler: "own", handlerlibpath: "handlers", out: undefined }]),
  },
  {
    called: "actiondir of sfprocessor",
    kind: "action",
    command: "sfprocessor",
    folder: "actions",
    set(cwd) {
      writeFileSync(join(cwd, "rules.yaml"), "- rule: any\n  desc: any\n  condition: sf.type = PE\n  actions: [own]\n  priority: low\n");
      const engine = {
        processor: "policyengine",
        in: "flat flattenerchan",
        out: "events eventchan",
        policies: "rules.yaml",
        mode: "alert",
        actiondir: "actions",
      };
      return sysflow(cwd, [READER, engine, { processor: "exporter", in: "events eventchan", export: "null" }]);
    },
  },
  {
    called: "FLOW_PLUGIN_PATH of flowd",
    kind: "link",
    command: "flowd",
    folder: "plugins/own",
    set: flow,
    env: { FLOW_PLUGIN_PATH: "plugins" },
    ready: /pipeline was initialized/,
  },
  { called: "-e of fluent-bit", kind: "output", command: "fluent-bit", folder: ".", set: () => ["-q", "-e", "own.mjs", "-i", "dummy", "-o", "own", "-D"] },
  {
    called: "[PLUGINS] Path of fluent-bit",
    kind: "output",
    command: "fluent-bit",
    folder: "plugins",
    set(cwd) {
      writeFileSync(join(cwd, "plugins.conf"), "[PLUGINS]\n    Path plugins/own.mjs\n");
      writeFileSync(join(cwd, "fb.conf"), "[SERVICE]\n    plugins_file plugins.conf\n[INPUT]\n    name dummy\n[OUTPUT]\n    name own\n    match *\n");
      return ["-q", "-c", "fb.conf", "-D"];
    },
  },
  { called: "a file that millrace is told of", kind: "output", command: "millrace", folder: ".", set: (cwd) => ["check", native(cwd), "-p", "own.mjs"] },
  {
    called: "a folder in millrace.yaml",
    kind: "output",
    command: "millrace",
    folder: "plugins",
    set: (cwd) => ["check", native(cwd, "plugins: [./plugins]\n")],
  },
  {
    called: "an npm package in millrace.yaml",
    kind: "output",
    command: "millrace",
    folder: "node_modules/millrace-plugin-own",
    set(cwd) {
      writeFileSync(join(cwd, "node_modules/millrace-plugin-own/package.json"), '{ "name": "millrace-plugin-own", "exports": "./own.mjs" }');
      return ["check", native(cwd, "plugins: [millrace-plugin-own]\n")];
    },
  },
];

describe.concurrent.each(ROUTES)("$called", (route) => {
  it("loads a plugin that fits", async ({ expect: expectHere }) => {
    const { stdout, stderr, code } = await travel(route, "fits", {});
    expectHere(stdout, stderr).toContain("running own\n");
    expectHere(code, stderr).toBe(0);
  });

  it("refuses one that does not, and runs none of it", async ({ expect: expectHere }) => {
    const { stdout, stderr, code } = await travel(route, "differs", { pins: { "@millrace/api": "0.0.7" } });
    expectHere(stderr).toContain(`was built against @millrace/api 0.0.7, and this driver has ${release.packages["@millrace/api"]?.version}`);
    expectHere(stdout).not.toContain("running own");
    expectHere(code).toBe(1);
  });
});

describe("what a command says of plugins that do not fit", () => {
  it("is all of them, with all differences, and it starts none", async () => {
    const cwd = caseFolder("many");
    writeBuiltPlugin(join(cwd, "plugins"), named("processor", "one"), { kind: "processor", name: "one" }, { pins: { "@millrace/api": "0.0.7" }, node: ">=99" });
    writeBuiltPlugin(join(cwd, "plugins"), named("processor", "two"), { kind: "processor", name: "two" }, { layouts: { "@millrace/sysflow": "sha256-0000" } });
    writeBuiltPlugin(join(cwd, "plugins"), named("processor", "three"), { kind: "processor", name: "three" });
    writeFileSync(join(cwd, "plugins", "three.mjs"), "// changed\n");
    const args = sysflow(cwd, [READER, ...["one", "two", "three"].map((processor) => ({ processor, in: "flat flattenerchan" }))]);
    const { stdout, stderr, code } = await runCommand("sfprocessor", args, { cwd });
    expect(code).toBe(1);
    expect(stdout).not.toContain("running");
    expect(settled(stderr, cwd)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_VERSION: plugin one (plugins/one.mjs) was built against @millrace/api 0.0.7, and this driver has VERSION
        hint: plugin-builder build DIR --tag RELEASE --fix --out plugins
      error MILLRACE_ARTEFACT_NODE: plugin one (plugins/one.mjs) needs Node >=99, and this is Node NODE
        hint: run the driver with Node >=99
      error MILLRACE_ARTEFACT_LAYOUT: plugin two (plugins/two.mjs) was built for other records: the layout of @millrace/sysflow was sha256-0000, and that of this driver is sha256-OURS
        hint: plugin-builder build DIR --tag RELEASE --fix --out plugins
      error MILLRACE_ARTEFACT_CHANGED: plugins/three.mjs is not as it was built: its SHA-256 is SUM…, and its manifest says SUM…
        hint: copy the file and its manifest again from where they were built, or: plugin-builder build DIR --tag RELEASE --fix --out plugins
      4 errors
      [Error] TIME sfprocessor: Unable to load pipeline error:  plugin one (plugins/one.mjs) was built against @millrace/api 0.0.7, and this driver has VERSION (and 3 more errors)
      "
    `);
  });

  it("is the same for a pipeline that is only checked", async () => {
    const cwd = caseFolder("checked");
    writeBuiltPlugin(cwd, named("output", "own"), { kind: "output", name: "own" }, { file: "other.mjs" });
    const { stderr, code } = await runCommand("millrace", ["check", native(cwd), "-p", "own.mjs"], { cwd });
    expect(code).toBe(1);
    expect(settled(stderr, cwd)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_MANIFEST: own.manifest.json describes other.mjs, and not own.mjs
        hint: rename it to other.mjs, or build it again under its new name
      1 error
      "
    `);
  });
});

describe.skipIf(process.geteuid === undefined)("a plugin that everybody may write", () => {
  it("is refused, unless a flag or the environment takes it", async () => {
    const cwd = caseFolder("writable");
    writeBuiltPlugin(cwd, named("output", "own"), { kind: "output", name: "own" });
    chmodSync(join(cwd, "own.mjs"), 0o666);
    const args = ["check", native(cwd), "-p", "own.mjs"];
    const refused = await runCommand("millrace", args, { cwd });
    expect(refused.code).toBe(1);
    expect(settled(refused.stderr, cwd)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_WRITABLE: own.mjs is not loaded: everybody may write it
        hint: chmod o-w own.mjs
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      1 error
      "
    `);
    expect(refused.stdout).not.toContain("running own");
    expect((await runCommand("millrace", [...args, "--allow-writable-plugins"], { cwd })).code).toBe(0);
    expect((await runCommand("millrace", args, { cwd, env: { MILLRACE_ALLOW_WRITABLE_PLUGINS: "1" } })).code).toBe(0);
    const peer = ["-q", "-e", "own.mjs", "-i", "dummy", "-o", "own", "-D"];
    expect((await runCommand("fluent-bit", peer, { cwd })).code).toBe(1);
    expect((await runCommand("fluent-bit", peer, { cwd, env: { MILLRACE_ALLOW_WRITABLE_PLUGINS: "1" } })).code).toBe(0);
  });
});

describe("a plugin without a manifest", () => {
  it("is loaded, unless a flag or the environment wants manifests", async () => {
    const cwd = caseFolder("loose");
    writeBundledPlugin(join(cwd, "own.mjs"), named("output", "own"));
    const args = ["check", native(cwd), "-p", "own.mjs"];
    expect((await runCommand("millrace", args, { cwd })).code).toBe(0);
    const refused = await runCommand("millrace", [...args, "--require-manifests"], { cwd });
    expect(refused.code).toBe(1);
    expect(settled(refused.stderr, cwd)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_NO_MANIFEST: own.mjs has no manifest, and only files with one are loaded
        hint: build it: plugin-builder build DIR --tag RELEASE --fix --out .
      1 error
      "
    `);
    expect(
      (await runCommand("fluent-bit", ["-q", "-e", "own.mjs", "-i", "dummy", "-o", "own", "-D"], { cwd, env: { MILLRACE_REQUIRE_MANIFESTS: "1" } })).code,
    ).toBe(1);
  });

  it("is held to the ranges of its npm package", async () => {
    const cwd = caseFolder("ranges");
    const modules = join(cwd, "node_modules/millrace-plugin-own");
    writeBundledPlugin(join(modules, "own.mjs"), named("output", "own"));
    writeFileSync(
      join(modules, "package.json"),
      JSON.stringify({ name: "millrace-plugin-own", version: "3.1.0", exports: "./own.mjs", peerDependencies: { "@millrace/api": ">=99" } }),
    );
    const { stderr, code } = await runCommand("millrace", ["check", native(cwd, "plugins: [millrace-plugin-own]\n")], { cwd });
    expect(code).toBe(1);
    expect(settled(stderr, cwd)).toMatchInlineSnapshot(`
      "millrace.yaml:1:11: error MILLRACE_ARTEFACT_VERSION: plugin millrace-plugin-own 3.1.0 works with @millrace/api >=99, and this driver has VERSION
          plugins: [millrace-plugin-own]
                    ^~~~~~~~~~~~~~~~~~~
        hint: npm install millrace-plugin-own@latest, or a version of it that works with @millrace/api VERSION
      1 error
      "
    `);
  });
});

it("two plugins of one name are an error that names both files", async () => {
  const cwd = caseFolder("twice");
  for (const folder of ["one", "two"]) writeBuiltPlugin(join(cwd, folder), named("output", "own"), { kind: "output", name: "own" });
  const { stderr, code } = await runCommand("millrace", ["check", native(cwd), "-p", "one", "two"], { cwd });
  expect(code).toBe(1);
  expect(settled(stderr, cwd)).toMatchInlineSnapshot(`
    "millrace.yaml:4:18: error MILLRACE_REGISTRY_TWICE: output "own" is in one/own.mjs and two/own.mjs
          out: { plugin: output/own, from: chunks }
                         ^~~~~~~~~~
      hint: keep one of them, or give it another name
    1 error
    "
  `);
});

describe("millrace plugins", () => {
  it("lists what is found, and what is not loaded and why", async () => {
    const cwd = caseFolder("list");
    const plugins = join(cwd, "plugins");
    writeBuiltPlugin(plugins, named("processor", "geo"), { kind: "processor", name: "geo" });
    writeBuiltPlugin(plugins, named("link", "old"), { kind: "link", name: "old" }, { pins: { "@millrace/api": "0.0.7", "@millrace/core": "0.0.7" } });
    writeBundledPlugin(join(plugins, "loose.mjs"), named("output", "loose"));
    symlinkSync("geo.mjs", join(plugins, "zweit.mjs"));
    const { stdout, stderr, code } = await runCommand("millrace", ["plugins", "-p", "plugins"], { cwd });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).not.toContain("running geo");
    expect(stdout).toMatch(/^ {2}geo +1\.4\.0 {2}beta +A plugin of a test\n +plugins\/geo\.mjs, built for driver \S+$/m);
    expect(stdout).toMatch(/^ {2}loose +beta +Takes\n +plugins\/loose\.mjs, no manifest$/m);
    expect(stdout.match(/^ {2}geo /gm)).toHaveLength(1);
    expect(settled(stdout.slice(stdout.indexOf("not loaded\n")), cwd)).toMatchInlineSnapshot(`
      "not loaded
        plugins/old.mjs (link old, 1.4.0, built for driver RELEASE)
          - plugin old (plugins/old.mjs) was built against @millrace/api 0.0.7, and this driver has VERSION
          - plugin old (plugins/old.mjs) was built against @millrace/core 0.0.7, and this driver has VERSION
            plugin-builder build DIR --tag RELEASE --fix --out plugins
      "
    `);

    const json = await runCommand("millrace", ["plugins", "--json", "-p", "plugins"], { cwd });
    const data = JSON.parse(json.stdout.replace(/^running \w+\n/gm, "")) as Record<string, unknown>[];
    expect(data.find(({ name }) => name === "geo")).toMatchObject({
      kind: "processor",
      version: "1.4.0",
      stability: "beta",
      origin: { from: "directory", file: "plugins/geo.mjs" },
      made: { how: "built", release: { driver: release.driver } },
    });
    expect(data.find(({ name }) => name === "loose")).toMatchObject({ made: { how: "no-manifest" }, ack: expect.anything() });
    expect(data.find(({ name }) => name === "old")).toMatchObject({
      kind: "link",
      refused: [{ code: "MILLRACE_ARTEFACT_VERSION" }, { code: "MILLRACE_ARTEFACT_VERSION" }],
    });
    expect(json.code).toBe(1);
  });

  it("shows one with its options", async () => {
    const { stdout, code } = await runCommand("millrace", ["plugins", "file"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^driver file {2}\d\S* {2}stable\n {2}Reads SysFlow traces.*\n {2}reads nothing, sends sysflow\n {2}built in\n\noptions\n {2}path \(/,
    );
    const unknown = await runCommand("millrace", ["plugins", "exprter"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_NOT_FOUND: no plugin is called "exprter"
        hint: did you mean "exporter"?
      1 error
      "
    `);
  });
});

/** Lets a command come to a plugin by its route. */
async function travel(route: Route, name: string, change: Partial<PluginManifest>): Promise<Ended> {
  const cwd = caseFolder(`${name}-${ROUTES.indexOf(route)}`);
  writeBuiltPlugin(join(cwd, route.folder), named(route.kind, "own"), { kind: route.kind, name: "own" }, change);
  const options: CommandOptions = { cwd, ...(route.env && { env: route.env }) };
  const command = new Command(route.command, route.set(cwd), options);
  if (route.ready !== undefined && Object.keys(change).length === 0) {
    await command.sees("stdout", route.ready);
    command.signal("SIGTERM");
  }
  return command.ended();
}

function caseFolder(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function named(kind: Kind, name: string): string {
  return SOURCES[kind].replaceAll("NAME", name);
}

function sysflow(cwd: string, pipeline: readonly Readonly<Record<string, unknown>>[], more: readonly string[] = []): string[] {
  writeFileSync(join(cwd, "pipeline.json"), JSON.stringify({ pipeline }, undefined, 1));
  return ["-config=pipeline.json", "-plugdir=plugins", ...more, "-test", trace];
}

function flow(cwd: string): string[] {
  const text = `
actors:
  rcv:
    module: core.receiver
    params: { bind: "tcp://127.0.0.1:0" }
  sink:
    module: plugin.own
    builder: New
pipeline:
  rcv: { connect: sink }
`;
  writeFileSync(join(cwd, "flow.yaml"), text);
  return ["-config.path", "flow.yaml"];
}

function native(cwd: string, plugins = ""): string {
  writeFileSync(
    join(cwd, "millrace.yaml"),
    `${plugins}nodes:\n  in: { plugin: input/dummy }\n  chunks: { plugin: node/chunk, from: in }\n  out: { plugin: output/own, from: chunks }\n`,
  );
  return "millrace.yaml";
}

/** Text without what changes from one run or release to the next. */
function settled(text: string, cwd: string): string {
  return text
    .replaceAll(cwd, "FOLDER")
    .replaceAll(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/g, "TIME")
    .replaceAll(/sha256-[0-9a-f]{32}/g, "sha256-OURS")
    .replaceAll(/[0-9a-f]{16}…/g, "SUM…")
    .replaceAll(`Node ${process.versions.node}`, "Node NODE")
    .replaceAll(`--tag ${release.driver} `, "--tag RELEASE ")
    .replaceAll(`driver ${release.driver}`, "driver RELEASE")
    .replaceAll(/(@millrace\/(\w+) .* this driver has )([\w.-]+)/g, (whole, before: string, name: string, version: string) =>
      version === release.packages[`@millrace/${name}`]?.version ? `${before}VERSION` : whole,
    )
    .replaceAll(`@millrace/api ${release.packages["@millrace/api"]?.version}`, "@millrace/api VERSION");
}
