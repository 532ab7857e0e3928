import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type InspectOptions, inspectArtefact } from "../../src/index.ts";
import { built, host, imported, manifestOf, pluginText, testFolder } from "./fixtures.ts";

const folder = testFolder();
const options: InspectOptions = { host: () => host };

async function refusals(path: string, more: InspectOptions = options, packageFolder?: string): Promise<string> {
  const file = { path: join(folder.path, path), shown: path, ...(packageFolder !== undefined && { packageFolder: join(folder.path, packageFolder) }) };
  return folder.text((await inspectArtefact(file, more)).refusals);
}

describe("a built plugin", () => {
  it("is taken as it was built, and not run", async () => {
    folder.write(built("plugins", "geo"));
    const { manifest, refusals: none } = await inspectArtefact({ path: join(folder.path, "plugins/geo.mjs"), shown: "plugins/geo.mjs" }, options);
    expect([manifest?.name, manifest?.version, none]).toEqual(["geo", "1.4.0", []]);
    expect(imported()).toEqual([]);
  });

  it("is refused where somebody has changed it", async () => {
    folder.write(built("plugins", "geo"));
    writeFileSync(join(folder.path, "plugins/geo.mjs"), `${pluginText("geo")}// and a line more\n`);
    expect(await refusals("plugins/geo.mjs")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_CHANGED: plugins/geo.mjs is not as it was built: its SHA-256 is f720f43001a54981…, and its manifest says 53fafb0933cba2da…
        hint: copy the file and its manifest again from where they were built, or: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      1 error"
    `);
  });

  it("is refused where its line ends were changed", async () => {
    folder.write(built("plugins", "geo"));
    writeFileSync(join(folder.path, "plugins/geo.mjs"), pluginText("geo").replaceAll("\n", "\r\n"));
    expect(await refusals("plugins/geo.mjs")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_CHANGED: plugins/geo.mjs is not as it was built: its line ends were turned into those of Windows
        hint: copy it again as a binary file; git leaves it alone with "*.mjs -text" in .gitattributes
      1 error"
    `);
  });

  it("is refused for everything that is wrong at once", async () => {
    folder.write(built("plugins", "geo", { sha256: "0".repeat(64), pins: { "@millrace/api": "0.1.0" }, node: ">=30", file: "other.mjs" }));
    expect(await refusals("plugins/geo.mjs")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json describes other.mjs, and not geo.mjs
        hint: rename it to other.mjs, or build it again under its new name
      error MILLRACE_ARTEFACT_CHANGED: plugins/geo.mjs is not as it was built: its SHA-256 is 53fafb0933cba2da…, and its manifest says 0000000000000000…
        hint: copy the file and its manifest again from where they were built, or: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_VERSION: plugin geo (plugins/geo.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_NODE: plugin geo (plugins/geo.mjs) needs Node >=30, and this is Node 24.21.0
        hint: run the driver with Node >=30
      4 errors"
    `);
  });

  it("is compared with nothing but its manifest where no host is known", async () => {
    folder.write(built("plugins", "geo", { pins: { "@millrace/api": "0.1.0" } }));
    expect(await refusals("plugins/geo.mjs", {})).toBe("");
    writeFileSync(join(folder.path, "plugins/geo.mjs"), "");
    expect(await refusals("plugins/geo.mjs", {})).toContain("plugin-builder build DIR --tag TAG --out FOLDER");
  });

  it("has its manifest beside the link or beside the file that it leads to", async () => {
    folder.write({ ...built("build", "geo", { sha256: "0".repeat(64) }), ...built("again", "geo") });
    mkdirSync(join(folder.path, "plugins"));
    symlinkSync("../build/geo.mjs", join(folder.path, "plugins/geo.mjs"));
    symlinkSync("../build/geo.mjs", join(folder.path, "plugins/map.mjs"));
    expect(await refusals("plugins/geo.mjs")).toContain("plugins/geo.mjs is not as it was built");
    expect(await refusals("plugins/map.mjs")).toContain("plugins/map.mjs is not as it was built");
    symlinkSync("../again/geo.manifest.json", join(folder.path, "plugins/geo.manifest.json"));
    expect(await refusals("plugins/geo.mjs")).toBe("");
  });

  it("is refused where its manifest can't be read", async () => {
    folder.write({ "plugins/geo.mjs": pluginText("geo"), "plugins/sea.mjs": pluginText("sea"), "plugins/sea.manifest.json": "{" });
    mkdirSync(join(folder.path, "plugins/geo.manifest.json"));
    expect(await refusals("plugins/geo.mjs")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_READ: plugins/geo.manifest.json can't be read
        cause: EISDIR: illegal operation on a directory, read
      1 error"
    `);
    expect(await refusals("plugins/sea.mjs")).toContain("plugins/sea.manifest.json is not JSON");
  });
});

describe("a file without a manifest", () => {
  it("is taken, unless only those with one are", async () => {
    folder.write({ "plugins/geo.mjs": pluginText("geo") });
    expect(await refusals("plugins/geo.mjs")).toBe("");
    expect(await refusals("plugins/geo.mjs", { ...options, requireManifest: true })).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_NO_MANIFEST: plugins/geo.mjs has no manifest, and only files with one are loaded
        hint: build it: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      1 error"
    `);
    expect(await refusals("plugins/geo.mjs", { requireManifest: true })).toContain("hint: build it: plugin-builder build DIR --tag TAG --out FOLDER");
  });

  it("that stands in a package is held to the ranges of that", async () => {
    const manifest = {
      name: "millrace-plugin-geo",
      version: "2.1.0",
      engines: { node: ">=30" },
      dependencies: { "@millrace/text": "^0.1.0", "@millrace/core": "workspace:^", zod: "^9.0.0" },
      peerDependencies: { "@millrace/api": ">=0.3.0 <0.5.0" },
    };
    folder.write({ "node_modules/geo/main.mjs": pluginText("geo"), "node_modules/geo/package.json": JSON.stringify(manifest) });
    expect(await refusals("node_modules/geo/main.mjs", options, "node_modules/geo")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_VERSION: plugin millrace-plugin-geo 2.1.0 (node_modules/geo/main.mjs) works with @millrace/api >=0.3.0 <0.5.0, and this driver has 0.2.0
        hint: npm install millrace-plugin-geo@latest, or a version of it that works with @millrace/api 0.2.0
      error MILLRACE_ARTEFACT_NODE: plugin millrace-plugin-geo 2.1.0 (node_modules/geo/main.mjs) needs Node >=30, and this is Node 24.21.0
        hint: run the driver with Node >=30
      2 errors"
    `);
    expect(await refusals("node_modules/geo/main.mjs", options)).toBe("");
    expect(await refusals("node_modules/geo/main.mjs", {}, "node_modules/geo")).toBe("");
  });

  it.each(["^0.2.0", "0.x", "*", "latest", "catalog:", "file:../api", "workspace:*", ">=0.1 <1"])(
    "of a package that works with @millrace/api %s is taken",
    async (range) => {
      folder.write({ "geo/geo.mjs": pluginText("geo"), "geo/package.json": JSON.stringify({ name: "geo", peerDependencies: { "@millrace/api": range } }) });
      expect(await refusals("geo/geo.mjs", options, "geo")).toBe("");
    },
  );

  it("of a package is judged by the pre-release that the host is, too", async () => {
    const edge = { ...host, release: { ...host.release, packages: { "@millrace/api": { version: "0.3.0-edge.2" } } } };
    folder.write({ "geo/geo.mjs": pluginText("geo"), "geo/package.json": JSON.stringify({ name: "geo", peerDependencies: { "@millrace/api": "^0.3.0" } }) });
    expect(await refusals("geo/geo.mjs", { host: () => edge }, "geo")).toBe("");
  });

  it("is not judged by a package.json that can't be read", async () => {
    folder.write({ "geo/geo.mjs": pluginText("geo"), "geo/package.json": "{" });
    expect(await refusals("geo/geo.mjs", options, "geo")).toBe("");
  });
});

it("a manifest of another plugin is no manifest", async () => {
  const text = pluginText("geo");
  folder.write({ "plugins/sea.mjs": text, "plugins/sea.manifest.json": JSON.stringify(manifestOf("geo", text)) });
  expect(await refusals("plugins/sea.mjs")).toMatchInlineSnapshot(`
    "error MILLRACE_ARTEFACT_MANIFEST: plugins/sea.manifest.json describes geo.mjs, and not sea.mjs
      hint: rename it to geo.mjs, or build it again under its new name
    1 error"
  `);
});
