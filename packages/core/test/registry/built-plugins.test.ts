import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PipelineSpec, PluginKind, PluginSource } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { plan, Registry, type RegistryOptions } from "../../src/index.ts";
import { built, host, imported, manifestOf, manifestPlugin, pluginText, testFolder } from "../artefact/fixtures.ts";
import { testPlugin } from "../plan/fixtures.ts";

const folder = testFolder();
const PLUGINS: PluginSource = { from: "directory", path: "plugins" };
const OLD = { pins: { "@millrace/api": "0.1.0" } };

function registry(sources: readonly PluginSource[], options: RegistryOptions = {}): Registry {
  return new Registry({ baseDirectory: folder.path, host: () => host, ...options }).addSource(...sources);
}

async function found(from: Registry, name: string, kind: PluginKind = "processor"): Promise<string> {
  const { found: hit, diagnostics } = await from.resolve(kind, name, { place: { file: "pipeline", line: 1, column: 1 } });
  const origin = hit && ("file" in hit.origin ? hit.origin.file : hit.origin.from);
  return [...(hit ? [`${hit.plugin.name} from ${origin}`] : []), ...(diagnostics.length > 0 ? [folder.text(diagnostics)] : [])].join("\n");
}

describe("a built plugin", () => {
  it("is loaded where it fits", async () => {
    folder.write({
      ...built("plugins", "fits"),
      ...built("", "alone"),
      "node_modules/packed/package.json": '{ "exports": "./packed.mjs" }',
      ...built("node_modules/packed", "packed"),
    });
    const from = registry([PLUGINS, { from: "file", path: "alone.mjs" }, { from: "package", path: "packed" }]);
    expect(await from.open()).toEqual([]);
    expect([await found(from, "fits"), await found(from, "alone"), await found(from, "packed")]).toEqual([
      "fits from plugins/fits.mjs",
      "alone from alone.mjs",
      "packed from packed",
    ]);
  });

  it("is refused in a folder, and none of it runs", async () => {
    folder.write(built("plugins", "dated", OLD));
    const from = registry([{ ...PLUGINS, kind: "processor" }]);
    expect(await found(from, "dated")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_VERSION: plugin dated (plugins/dated.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      1 error"
    `);
    expect(await found(from, "dated")).toContain("MILLRACE_ARTEFACT_VERSION");
    expect(imported()).not.toContain("dated");
  });

  it("is refused as a file and as a package, and told of once", async () => {
    const place = { file: "pipeline.conf", line: 3, column: 5 };
    folder.write({
      ...built("", "lone", OLD),
      "node_modules/packed/package.json": '{ "exports": "./inner.mjs" }',
      ...built("node_modules/packed", "inner", OLD),
    });
    const from = registry([
      { from: "file", path: "lone.mjs", place },
      { from: "package", path: "packed" },
    ]);
    expect(folder.text(await from.open())).toMatchInlineSnapshot(`
      "pipeline.conf:3:5: error MILLRACE_ARTEFACT_VERSION: plugin lone (lone.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out .
      error MILLRACE_ARTEFACT_VERSION: plugin inner (packed) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: npm install packed@latest, or a version of it that was built for the driver 0.2.0
      2 errors"
    `);
    expect([await found(from, "lone"), await found(from, "inner")]).toEqual(["", ""]);
    expect(imported()).not.toContain("lone");
    expect(imported()).not.toContain("inner");
  });

  it("is found by its manifest, whatever the file is called", async () => {
    const text = pluginText("inside");
    folder.write({
      "plugins/box.mjs": text,
      "plugins/box.manifest.json": JSON.stringify(manifestOf("box", text, { plugins: [{ ...manifestPlugin("inside"), aliases: ["within"] }] })),
      "plugins/noise.mjs": "globalThis.imported = [...(globalThis.imported ?? []), 'noise'];",
      ...built("plugins", "later", OLD),
    });
    const from = registry([PLUGINS]);
    expect(await found(from, "inside")).toBe("inside from plugins/box.mjs");
    expect(imported()).not.toContain("noise");
    expect(from.kindsOf("within")).toEqual(["processor"]);
  });

  it("is refused beside one that fits, and both files are looked at", async () => {
    folder.write({ ...built("plugins", "twofold"), ...built("other", "twofold", OLD) });
    expect(await found(registry([PLUGINS, { from: "directory", path: "other" }]), "twofold")).toContain("plugin twofold (other/twofold.mjs) was built against");
  });

  it("is an error where another file has one of its name", async () => {
    const text = pluginText("pair");
    folder.write({
      ...built("plugins", "pair"),
      "plugins/copy.mjs": text,
      "plugins/copy.manifest.json": JSON.stringify(manifestOf("copy", text, { plugins: [manifestPlugin("pair")] })),
    });
    expect(await found(registry([PLUGINS]), "pair")).toMatchInlineSnapshot(`
      "pipeline:1:1: error MILLRACE_REGISTRY_TWICE: processor "pair" is in plugins/pair.mjs and plugins/copy.mjs
        hint: keep one of them, or give it another name
      1 error"
    `);
  });

  it("is refused where it has lost its file", async () => {
    const { "plugins/gone.manifest.json": manifest } = built("plugins", "gone");
    folder.write({ "plugins/gone.manifest.json": manifest as string });
    expect(await found(registry([PLUGINS]), "gone")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_ALONE: plugins/gone.manifest.json stands alone: the file gone.mjs that it describes is not there
        hint: copy both files to the folder, or build the plugin again
      1 error"
    `);
  });

  it("has what its manifest names", async () => {
    folder.write(built("plugins", "vain", { plugins: [manifestPlugin("vain"), manifestPlugin("extra", "driver")] }));
    expect(await found(registry([PLUGINS]), "vain")).toMatchInlineSnapshot(`
      "vain from plugins/vain.mjs
      pipeline:1:1: error MILLRACE_ARTEFACT_EXPORTS: plugins/vain.mjs exports no driver "extra", which its manifest names
        hint: build it again, so that both are of one build
      1 error"
    `);
  });

  it("is loaded through a link to its folder, and once", async () => {
    folder.write(built("store/geo-1.4.0", "linked"));
    symlinkSync("store/geo-1.4.0", join(folder.path, "plugins"));
    expect(await found(registry([PLUGINS, { from: "directory", path: "store/geo-1.4.0" }]), "linked")).toBe("linked from plugins/linked.mjs");
  });
});

describe("a loader that is told to be careful", () => {
  it("loads nothing without a manifest", async () => {
    folder.write({ "plugins/loose.mjs": pluginText("loose"), ...built("plugins", "sealed") });
    expect(await found(registry([PLUGINS], { requireManifest: true }), "loose")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_NO_MANIFEST: plugins/loose.mjs has no manifest, and only files with one are loaded
        hint: build it: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      1 error"
    `);
    expect(imported()).not.toContain("loose");
    expect(await found(registry([PLUGINS], { requireManifest: true }), "sealed")).toBe("sealed from plugins/sealed.mjs");
    expect(await found(registry([PLUGINS]), "loose")).toBe("loose from plugins/loose.mjs");
  });

  it.skipIf(process.geteuid === undefined)("loads nothing that everybody may write, unless it is told otherwise", async () => {
    folder.write({ "plugins/open.mjs": pluginText("open"), ...built("plugins", "ajar") });
    chmodSync(join(folder.path, "plugins/open.mjs"), 0o666);
    chmodSync(join(folder.path, "plugins"), 0o777);
    const from = registry([PLUGINS]);
    expect(await found(from, "open")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_WRITABLE: nothing is loaded from BASE/plugins: everybody may write in that folder
        hint: chmod o-w BASE/plugins
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      error MILLRACE_ARTEFACT_WRITABLE: plugins/open.mjs is not loaded: everybody may write it
        hint: chmod o-w plugins/open.mjs
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      2 errors"
    `);
    expect(await found(from, "ajar")).toContain("nothing is loaded from BASE/plugins: everybody may write in that folder");
    expect(imported()).not.toContain("open");
    expect(await found(registry([PLUGINS], { allowWritable: true }), "ajar")).toBe("ajar from plugins/ajar.mjs");
    expect(await found(registry([PLUGINS], { allowWritable: true }), "open")).toBe("open from plugins/open.mjs");
  });
});

describe("planning", () => {
  it("tells all differences of all plugins at once, each once, and runs none of them", async () => {
    folder.write({ ...built("plugins", "first", OLD), ...built("plugins", "second", { node: ">=30", layouts: { "@millrace/text": "sha256-ffff" } }) });
    const node = (id: string, plugin: string): PipelineSpec["nodes"][number] => ({
      id,
      kind: "processor",
      plugin,
      options: {},
      place: { file: "p.yaml", line: 1, column: 1 },
    });
    const spec: PipelineSpec = {
      dialect: "test",
      nodes: [node("a", "first"), node("b", "first"), node("c", "second"), node("d", "nowhere")],
      edges: [],
      service: {},
      plugins: [PLUGINS],
    };
    const { graph, diagnostics } = await plan(spec, registry([]));
    expect(graph).toBeUndefined();
    expect(folder.text(diagnostics)).toMatchInlineSnapshot(`
      "p.yaml:1:1: error MILLRACE_REGISTRY_NOT_FOUND: no processor is called "nowhere"
        hint: other plugin files could not be loaded: see the other errors
              looked for in the built-in plugins, plugins/nowhere.mjs
      error MILLRACE_ARTEFACT_VERSION: plugin first (plugins/first.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_LAYOUT: plugin second (plugins/second.mjs) was built for other records: the layout of @millrace/text was sha256-ffff, and that of this driver is sha256-0123
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_NODE: plugin second (plugins/second.mjs) needs Node >=30, and this is Node 24.21.0
        hint: run the driver with Node >=30
      4 errors"
    `);
    expect(imported()).not.toContain("first");
    expect(imported()).not.toContain("second");
  });
});

it("a package says in ranges what it works with, by name and in a folder", async () => {
  const manifest = JSON.stringify({ name: "ranged", version: "3.0.0", exports: "./ranged.mjs", peerDependencies: { "@millrace/api": "^1.0.0" } });
  folder.write({
    "node_modules/ranged/package.json": manifest,
    "node_modules/ranged/ranged.mjs": pluginText("ranged"),
    "plugins/fold/package.json": manifest.replaceAll("ranged", "fold"),
    "plugins/fold/fold.mjs": pluginText("fold"),
  });
  const from = registry([PLUGINS, { from: "package", path: "ranged" }]);
  expect(folder.text(await from.open())).toMatchInlineSnapshot(`
    "error MILLRACE_ARTEFACT_VERSION: plugin ranged 3.0.0 works with @millrace/api ^1.0.0, and this driver has 0.2.0
      hint: npm install ranged@latest, or a version of it that works with @millrace/api 0.2.0
    1 error"
  `);
  expect(await found(from, "fold")).toContain("plugin fold 3.0.0 (plugins/fold/fold.mjs) works with @millrace/api ^1.0.0, and this driver has 0.2.0");
  expect(imported()).not.toContain("ranged");
});

it("a list has all there is, runs no built plugin, and tells why others are refused", async () => {
  const twin = built("more", "good");
  folder.write({
    ...built("plugins", "good"),
    ...built("plugins", "bad", OLD),
    ...built("plugins", "exporter"),
    ...twin,
    "plugins/bare.mjs": pluginText("bare", "driver"),
    "plugins/pack/package.json": '{ "name": "pack", "version": "5.0.0" }',
    "plugins/pack/pack.mjs": pluginText("pack"),
    "plugins/lost.manifest.json": "{}",
  });
  const from = registry([PLUGINS, { from: "directory", path: "more" }]).add(testPlugin("exporter", { kind: "processor" }));
  const { plugins, refused, diagnostics } = await from.list();
  const rows = plugins.map(({ kind, name, version, origin, made }) =>
    [`${kind}/${name}`, version, "file" in origin ? origin.file : origin.from, made.how].join(" "),
  );
  expect(rows).toMatchInlineSnapshot(`
    [
      "processor/exporter  built-in built-in",
      "driver/bare  plugins/bare.mjs no-manifest",
      "processor/exporter 1.4.0 plugins/exporter.mjs built",
      "processor/good 1.4.0 plugins/good.mjs built",
      "processor/pack 5.0.0 plugins/pack/pack.mjs package",
      "processor/good 1.4.0 more/good.mjs built",
    ]
  `);
  expect(refused.map(({ origin, plugins: inside, reasons }) => [origin, inside, folder.text(reasons)])).toMatchInlineSnapshot(`
    [
      [
        {
          "file": "plugins/bad.mjs",
          "from": "directory",
        },
        [
          {
            "kind": "processor",
            "name": "bad",
          },
        ],
        "error MILLRACE_ARTEFACT_VERSION: plugin bad (plugins/bad.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
      hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
    1 error",
      ],
    ]
  `);
  expect(folder.text(diagnostics)).toMatchInlineSnapshot(`
    "error MILLRACE_ARTEFACT_ALONE: plugins/lost.manifest.json stands alone: the file lost.mjs that it describes is not there
      hint: copy both files to the folder, or build the plugin again
    error MILLRACE_ARTEFACT_VERSION: plugin bad (plugins/bad.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
      hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
    error MILLRACE_REGISTRY_TWICE: processor "good" is in plugins/good.mjs and more/good.mjs
      hint: keep one of them, or give it another name
    warning MILLRACE_REGISTRY_SHADOWED: processor "exporter" of plugins/exporter.mjs is not used: a built-in plugin has that name
      hint: give it another name
    3 errors, 1 warning"
  `);
  expect(imported()).not.toContain("good");
  expect(imported()).toContain("bare");
});
