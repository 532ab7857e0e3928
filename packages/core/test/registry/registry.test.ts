import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Diagnostic, defineChannel, type PluginKind, type PluginSource } from "@millrace/api";
import { formatDiagnostics } from "@millrace/text";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Registry } from "../../src/index.ts";
import { testPlugin } from "../plan/fixtures.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "registry-"));
});
afterEach(() => rmSync(base, { recursive: true }));

/** Writes files below the test's folder. */
function files(texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
}

/** The text of a plugin as a bundler would leave it: with no import of the API. */
function plugin(name: string, kind: PluginKind = "processor", abi: number = 1): string {
  return `{ [Symbol.for("millrace.plugin")]: { abi: ${abi} }, kind: "${kind}", name: "${name}", aliases: ["${name}-alias"], description: "From a file", channels: { in: [], out: [] }, hosts: {}, stability: "beta", node: () => ({ run() {} }) }`;
}

const exporting = (name: string, kind?: PluginKind): string => `export const plugin = ${plugin(name, kind)};`;

function registry(...sources: PluginSource[]): Registry {
  return new Registry({ baseDirectory: base }).addSource(...sources);
}

function text(diagnostics: readonly Diagnostic[]): string {
  return formatDiagnostics(diagnostics).replaceAll(base, "BASE");
}

async function found(from: Registry, kind: PluginKind, name: string): Promise<string> {
  const { found: hit, diagnostics } = await from.resolve(kind, name);
  const origin = hit && ("file" in hit.origin ? hit.origin.file : hit.origin.from);
  return [...(hit ? [`${hit.plugin.name} from ${origin}`] : []), ...(diagnostics.length > 0 ? [text(diagnostics)] : [])].join("\n");
}

const PLUGINS: PluginSource = { from: "directory", path: "plugins", kind: "processor" };

describe("built-in plugins", () => {
  it("are imported when they are needed, and once", async () => {
    let imports = 0;
    const from = new Registry().add({
      kind: "output",
      name: "null",
      aliases: ["discard"],
      description: "Discards",
      load: async () => ({ plugin: testPlugin("null", { kind: "output" }), n: ++imports }),
    });
    expect((await from.list()).plugins).toMatchObject([
      { kind: "output", name: "null", aliases: ["discard"], description: "Discards", origin: { from: "built-in" } },
    ]);
    expect(imports).toBe(0);
    expect(await found(from, "output", "null")).toBe("null from built-in");
    expect(await found(from, "output", "discard")).toBe("null from built-in");
    expect(imports).toBe(1);
  });

  it("are found without regard to case where the dialect says so", async () => {
    const from = new Registry().add(testPlugin("dummy", { kind: "input" }));
    expect((await from.resolve("input", "DUMMY", { caseless: true })).found?.plugin.name).toBe("dummy");
    expect((await from.resolve("input", "DUMMY")).found).toBeUndefined();
  });

  it("that are broken are named", async () => {
    const from = new Registry().add(
      { kind: "input", name: "a", load: () => Promise.reject(new Error("no such package")) },
      { kind: "input", name: "b", load: async () => ({}) },
      { kind: "input", name: "c", load: async () => ({ plugin: testPlugin("d", { kind: "input" }) }) },
    );
    expect(await Promise.all(["a", "b", "c"].map((name) => found(from, "input", name)))).toMatchInlineSnapshot(`
      [
        "error MILLRACE_REGISTRY_IMPORT: the built-in input "a" can't be imported
        cause: no such package
      1 error",
        "error MILLRACE_REGISTRY_NOT_PLUGIN: the built-in input "b" is not in the module that should export it
      1 error",
        "error MILLRACE_REGISTRY_NOT_PLUGIN: the built-in input "c" is not in the module that should export it
      1 error",
      ]
    `);
  });

  it("can't be registered twice", () => {
    expect(() => new Registry().add(testPlugin("x"), testPlugin("x"))).toThrow('node "x" is registered twice');
  });

  it("hide one in a file, and say so", async () => {
    files({ "plugins/exporter.mjs": exporting("exporter") });
    expect(await found(registry(PLUGINS).add(testPlugin("exporter", { kind: "processor" })), "processor", "exporter")).toMatchInlineSnapshot(`
      "exporter from built-in
      warning MILLRACE_REGISTRY_SHADOWED: processor "exporter" of plugins/exporter.mjs is not used: a built-in plugin has that name
        hint: give it another name
      1 warning"
    `);
    expect(await found(registry(PLUGINS).add(testPlugin("exporter", { kind: "driver" })), "driver", "exporter")).toBe("exporter from built-in");
  });
});

describe("a folder of plugins", () => {
  it("is searched by name: a file, a folder with a file of its name, a package", async () => {
    files({
      "plugins/one.mjs": exporting("one"),
      "plugins/two.ts": `const name: string = "two"; export const plugin = { ...${plugin("two")}, name };`,
      "plugins/three/three.mjs": exporting("three"),
      "plugins/four/package.json": '{ "type": "module", "exports": { ".": { "types": "./x.d.ts", "import": "./dist/main.js" } } }',
      "plugins/four/dist/main.js": exporting("four"),
      "plugins/five/package.json": '{ "main": "lib.cjs" }',
      "plugins/five/lib.cjs": `exports.plugin = ${plugin("five")};`,
      "plugins/six/index.mjs": `export default [${plugin("six")}, ${plugin("seven")}];`,
      "plugins/broken.mjs": "this is no JavaScript",
    });
    const from = registry(PLUGINS);
    const names = ["one", "one-alias", "two", "three", "four", "five", "six"];
    expect(await Promise.all(names.map(async (name) => `${name}: ${await found(from, "processor", name)}`))).toMatchInlineSnapshot(`
      [
        "one: one from plugins/one.mjs",
        "one-alias: one from plugins/one.mjs",
        "two: two from plugins/two.ts",
        "three: three from plugins/three/three.mjs",
        "four: four from plugins/four/dist/main.js",
        "five: five from plugins/five/lib.cjs",
        "six: six from plugins/six/index.mjs",
      ]
    `);
  });

  it("is gone through where no file has the name", async () => {
    files({ "plugins/all.mjs": `export const a = ${plugin("a")}; export const b = ${plugin("b", "driver")};` });
    expect(await found(registry(PLUGINS), "processor", "a")).toBe("a from plugins/all.mjs");
    expect(await found(registry({ from: "directory", path: "plugins" }), "driver", "b")).toBe("b from plugins/all.mjs");
    expect(await found(registry(PLUGINS), "driver", "b")).toContain("MILLRACE_REGISTRY_NOT_FOUND");
  });

  it("may have a symbolic link that leads nowhere, of which is told to whoever looks for it", async () => {
    mkdirSync(join(base, "plugins"));
    symlinkSync("gone.mjs", join(base, "plugins/a.mjs"));
    expect(await found(registry(PLUGINS), "processor", "a")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_NOT_FOUND: no processor is called "a"
        hint: looked for in the built-in plugins, plugins/a.mjs (a symbolic link that leads nowhere)
      1 error"
    `);
  });

  it("may be missing where it is not required", async () => {
    const gone: PluginSource = { from: "directory", path: "gone", required: false };
    expect(await registry(gone).open()).toEqual([]);
    expect(text(await registry({ ...gone, required: true }, { from: "directory", path: "file.txt" }).open())).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_SOURCE: plugin folder gone does not exist
      error MILLRACE_REGISTRY_SOURCE: plugin folder file.txt does not exist
      2 errors"
    `);
    expect(await found(registry(gone), "processor", "x")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_NOT_FOUND: no processor is called "x"
        hint: looked for in the built-in plugins, gone/x.mjs (there is no such folder)
      1 error"
    `);
  });

  it("may be the folder that they are written in", async () => {
    const others = ["vitest.config.ts", "x.test.mjs", "x.spec.js", "x.d.ts", "y.d.mts"];
    files({ "plugins/x.mjs": exporting("x"), ...Object.fromEntries(others.map((name) => [`plugins/${name}`, "throw new Error('no plugin');"])) });
    const { plugins, diagnostics } = await registry(PLUGINS).list();
    expect([plugins.map(({ name }) => name), diagnostics]).toEqual([["x"], []]);
  });

  it("may hold links that lead nowhere, to themselves, and back", async () => {
    files({ "plugins/x.mjs": exporting("x"), "plugins/.hidden.mjs": exporting("hidden") });
    symlinkSync("loop.mjs", join(base, "plugins/loop.mjs"));
    symlinkSync("gone.mjs", join(base, "plugins/dangling.mjs"));
    symlinkSync("..", join(base, "plugins/up"));
    const { plugins, diagnostics } = await registry(PLUGINS).list();
    expect([plugins.map(({ name }) => name), diagnostics]).toEqual([["x"], []]);
    expect(await found(registry(PLUGINS), "processor", "loop")).toContain("MILLRACE_REGISTRY_NOT_FOUND");
    const looped = registry({ from: "file", path: "plugins/loop.mjs" }, { from: "directory", path: "plugins/loop.mjs", required: false });
    expect(text(await looped.open()).replace(/cause: .*/g, "cause: …")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_SOURCE: plugin file plugins/loop.mjs can't be read
        cause: …
      error MILLRACE_REGISTRY_SOURCE: plugin folder plugins/loop.mjs can't be read
        cause: …
      2 errors"
    `);
  });

  it("has nothing outside of it", async () => {
    files({ "outside.mjs": exporting("outside"), "plugins/x.mjs": exporting("x") });
    expect(await found(registry(PLUGINS), "processor", "../outside")).toContain("MILLRACE_REGISTRY_NOT_FOUND");
  });

  it("says everything that may help where nothing is found", async () => {
    files({
      "plugins/exporter.mjs": exporting("exporter"),
      "plugins/shown.mjs": exporting("other"),
      "plugins/broken.mjs": "throw new Error('out of order')",
      "plugins/plain.mjs": "export const x = 1;",
    });
    const from = registry(PLUGINS).add(testPlugin("shown", { kind: "driver" }));
    expect(await found(from, "processor", "exprter")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_IMPORT: plugins/broken.mjs can't be imported
        cause: out of order
      error MILLRACE_REGISTRY_NOT_PLUGIN: plugins/plain.mjs exports no plugin
        hint: export one: export const plugin = defineProcessor({ … })
      error MILLRACE_REGISTRY_NOT_FOUND: no processor is called "exprter"
        hint: did you mean "exporter"?
              other plugin files could not be loaded: see the other errors
              looked for in the built-in plugins, plugins/exprter.mjs
      3 errors"
    `);
    expect(await found(from, "processor", "shown")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_IMPORT: plugins/broken.mjs can't be imported
        cause: out of order
      error MILLRACE_REGISTRY_NOT_PLUGIN: plugins/plain.mjs exports no plugin
        hint: export one: export const plugin = defineProcessor({ … })
      error MILLRACE_REGISTRY_NOT_FOUND: no processor is called "shown"
        hint: "shown" is a driver
              plugins/shown.mjs exports processor "other"
              other plugin files could not be loaded: see the other errors
              looked for in the built-in plugins, plugins/shown.mjs
      3 errors"
    `);
  });

  it("does not take two plugins of one name", async () => {
    files({
      "plugins/x.mjs": exporting("x"),
      "more/x.mjs": exporting("x"),
      "twins/y.mjs": `export const a = ${plugin("y")}; export const b = ${plugin("y")};`,
    });
    const more: PluginSource = { from: "directory", path: "more" };
    expect(await found(registry(PLUGINS, more), "processor", "x")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_TWICE: processor "x" is in plugins/x.mjs and more/x.mjs
        hint: keep one of them, or give it another name
      1 error"
    `);
    expect(await found(registry({ from: "directory", path: "twins" }), "processor", "y")).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_TWICE: twins/y.mjs exports processor "y" more than once
        hint: keep one of them, or give it another name
      1 error"
    `);
  });

  it("may be reached by two names", async () => {
    files({ "plugins/x.mjs": exporting("x") });
    symlinkSync("plugins", join(base, "link"));
    expect(await found(registry(PLUGINS, { from: "directory", path: "link" }, { from: "file", path: "./plugins/x.mjs" }), "processor", "x")).toMatch(
      /^x from \S+$/,
    );
    expect((await registry(PLUGINS, { ...PLUGINS, kind: "driver" }, { from: "directory", path: "link" }).list()).plugins).toHaveLength(1);
    expect(await found(registry(PLUGINS, { from: "directory", path: "link" }), "processor", "x")).toBe("x from plugins/x.mjs");
  });
});

describe("plugin files and packages", () => {
  it("are opened at once, and everything wrong with them is told", async () => {
    files({
      "good.mjs": exporting("good"),
      "old.mjs": `export const plugin = ${plugin("old", "driver", 7)};`,
      "plain.mjs": "export const plugin = { name: 'plain' };",
      "odd.mjs": 'export const plugin = { [Symbol.for("millrace.plugin")]: { abi: 1 }, name: 5 };',
      "throws.mjs": "throw new Error('out of order');",
      "node_modules/@some/pipeline-tools/package.json": '{ "type": "module", "exports": "./main.js" }',
      "node_modules/@some/pipeline-tools/main.js": exporting("tool"),
    });
    const names = ["good.mjs", "old.mjs", "plain.mjs", "odd.mjs", "throws.mjs", "gone.mjs"];
    const from = registry(
      ...names.map((path): PluginSource => ({ from: "file", path })),
      { from: "package", path: "@some/pipeline-tools" },
      { from: "package", path: "not-installed" },
    );
    expect(text(await from.open())).toMatchInlineSnapshot(`
      "error MILLRACE_REGISTRY_ABI: driver "old" in old.mjs was built for plugin interface 7, and this runtime has 1
        hint: rebuild it with a version of @millrace/api that has interface 1
      error MILLRACE_REGISTRY_NOT_PLUGIN: plain.mjs exports no plugin
        hint: export one: export const plugin = defineNode({ … })
      error MILLRACE_REGISTRY_NOT_PLUGIN: odd.mjs exports no plugin
        hint: export one: export const plugin = defineNode({ … })
      error MILLRACE_REGISTRY_IMPORT: throws.mjs can't be imported
        cause: out of order
      error MILLRACE_REGISTRY_SOURCE: plugin file gone.mjs does not exist
      error MILLRACE_REGISTRY_SOURCE: package not-installed is not installed, or has no entry to import
        hint: npm install not-installed, or write ./not-installed if a file or folder is meant
      6 errors"
    `);
    expect(await found(from, "processor", "good")).toBe("good from good.mjs");
    expect(await found(from, "processor", "tool")).toBe("tool from @some/pipeline-tools");
  });

  it("say how to find where they can't be parsed", () => {
    files({ "bad.mjs": "export const a = 1;\n  export const = 2;\n" });
    const program = `import { Registry } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const [found] = await new Registry().addSource({ from: "file", path: "bad.mjs" }).open(); console.log(found.message, "|", found.hint, "|", found.cause.message);`;
    const { stdout } = spawnSync(process.execPath, ["--conditions=@millrace/source", "--input-type=module", "-e", program], {
      cwd: base,
      encoding: "utf8",
      timeout: 15_000,
    });
    expect(stdout).toBe("bad.mjs can't be imported | \"node --check bad.mjs\" shows where | Unexpected token '='\n");
  });

  it("bring channel kinds along", async () => {
    files({ "kinds.mjs": 'export const kind = { [Symbol.for("millrace.channel")]: { abi: 1 }, name: "frames" };' });
    const from = registry({ from: "file", path: "kinds.mjs" });
    expect(await from.open()).toEqual([]);
    expect(from.channelNames()).toEqual(["bytes", "frames"]);
  });

  it("end an import that does not end", async () => {
    files({ "slow.mjs": "await new Promise((resolve) => setTimeout(resolve, 600));" });
    const from = new Registry({ baseDirectory: base, importMs: 20 }).addSource({ from: "file", path: "slow.mjs" });
    expect(text(await from.open())).toContain("the import did not end within 20 ms");
  });
});

describe("channel kinds and conversions", () => {
  it("are imported when they are needed", async () => {
    const kind = defineChannel({ name: "lines" });
    let imports = 0;
    const from = new Registry().addChannel(
      { name: "lines", load: async () => ({ other: 1, lines: kind, n: ++imports }) },
      { name: "bad", load: async () => ({}) },
    );
    expect(await from.channel("lines")).toBe(kind);
    expect(await from.channel("lines")).toBe(kind);
    expect(imports).toBe(1);
    expect(await from.channel("none")).toBeUndefined();
    await expect(from.channel("bad")).rejects.toThrow('channel kind "bad" is not in the module that should export it');
    expect(() => from.addChannel(defineChannel({ name: "lines" }))).toThrow("registered twice");
  });

  it("are held by what they turn into what", () => {
    const from = new Registry().addConversion({ from: "a", to: "b", plugin: "a-b" });
    expect(from.conversions("a", "b")).toEqual([{ from: "a", to: "b", plugin: "a-b" }]);
    expect(from.conversions("b", "a")).toEqual([]);
  });
});

it("lists all there is, and gives all of a kind", async () => {
  files({ "plugins/x.mjs": exporting("x"), "plugins/now.mjs": exporting("now", "action") });
  const from = registry({ from: "directory", path: "plugins" }).add(testPlugin("exporter", { kind: "processor" }));
  const { plugins, diagnostics } = await from.list();
  expect(plugins.map(({ kind, name, origin }) => `${kind}/${name} ${"file" in origin ? origin.file : origin.from}`)).toEqual([
    "processor/exporter built-in",
    "action/now plugins/now.mjs",
    "processor/x plugins/x.mjs",
  ]);
  expect(diagnostics).toEqual([]);
  expect((await from.all("processor")).found.map(({ plugin: { name } }) => name)).toEqual(["exporter", "x"]);
});
