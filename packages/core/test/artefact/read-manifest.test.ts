import { formatDiagnostics } from "@millrace/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PluginManifest, readManifest } from "../../src/index.ts";
import { manifestOf, manifestPlugin } from "./fixtures.ts";

const FILE = "plugins/geo.manifest.json";
const good = manifestOf("geo", "");

function problems(text: string): string {
  return formatDiagnostics(readManifest(text, FILE).diagnostics);
}

function changed(change: Record<string, unknown>): string {
  return problems(JSON.stringify({ ...good, ...change }));
}

describe("the manifest of a plugin", () => {
  it("is read as it was written, whatever its line ends, and with a byte order mark", () => {
    const text = JSON.stringify(good, undefined, 2);
    for (const form of [text, text.replaceAll("\n", "\r\n"), `\uFEFF${text}`]) expect(readManifest(form, FILE)).toEqual({ manifest: good, diagnostics: [] });
  });

  it("may have keys that are not known", () => {
    expect(changed({ signature: "…", plugins: [{ ...manifestPlugin("geo"), options: { type: "object" }, colour: "blue" }] })).toBe("");
  });

  it("has to be JSON", () => {
    // The cause is in the words of the engine.
    expect(problems('{\n  "format": 1,\n  "name" "geo"\n}').replace(/cause: .*/, "cause: …")).toMatchInlineSnapshot(`
      "plugins/geo.manifest.json:3:10: error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json is not JSON
            "name" "geo"
                   ^
        cause: …
        hint: build the plugin again: plugin-builder build DIR --tag TAG --out FOLDER
      1 error"
    `);
    expect(problems('{ "format": 1,')).toContain("plugins/geo.manifest.json:1:15: error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json is not JSON");
    expect(problems("")).toContain("plugins/geo.manifest.json is not JSON");
  });

  it.each(["[]", "null", "7", '"text"'])("has to be a map, and not %s", (text) => {
    expect(problems(text)).toContain("plugins/geo.manifest.json is not the manifest of a plugin: it is not a map");
  });

  it("has a form that may be too new", () => {
    expect(changed({ format: 2, name: 5 })).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_FORMAT: plugins/geo.manifest.json has the format 2, and this version reads the format 1
        hint: it was made by a newer plugin-builder: use a driver that is as new, or build it for this one
      1 error"
    `);
    expect(changed({ format: 0 })).toContain("plugins/geo.manifest.json has the format 0, and this version reads the format 1");
  });

  it("is told all that is wrong with it", () => {
    const { name: _name, sbom: _sbom, ...rest } = good;
    const wrong = {
      ...rest,
      nam: "geo",
      version: "",
      file: "../geo.mjs",
      sha256: "ABC",
      release: { tag: "edge" },
      pins: { "@millrace/core": "0.2.1" },
      layouts: { a: 1 },
      plugins: [{ ...manifestPlugin("geo"), kind: "procesor", aliases: "x", stability: "new", channels: null, options: [] }, manifestPlugin("")],
      bundled: ["zod"],
    };
    expect(
      problems(JSON.stringify(wrong)).replaceAll("\n  hint: build the plugin again: plugin-builder build DIR --tag TAG --out FOLDER", ""),
    ).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json has no "name"
        hint: it has "nam"
      error MILLRACE_ARTEFACT_MANIFEST: "version" of plugins/geo.manifest.json must be a text that is not empty
      error MILLRACE_ARTEFACT_MANIFEST: "file" of plugins/geo.manifest.json must be the name of a file in the same folder
      error MILLRACE_ARTEFACT_MANIFEST: "sha256" of plugins/geo.manifest.json must be 64 hexadecimal digits in lower case
      error MILLRACE_ARTEFACT_MANIFEST: "release" of plugins/geo.manifest.json must be a map with the texts "tag" and "driver"
      error MILLRACE_ARTEFACT_MANIFEST: "pins" of plugins/geo.manifest.json must be a map of texts that has "@millrace/api"
      error MILLRACE_ARTEFACT_MANIFEST: "layouts" of plugins/geo.manifest.json must be a map of texts
      error MILLRACE_ARTEFACT_MANIFEST: "bundled" of plugins/geo.manifest.json must be a list of maps
      error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json has no "sbom"
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[0].kind" of plugins/geo.manifest.json must be one of driver, processor, handler, action, link, input, filter, output, node
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[0].aliases" of plugins/geo.manifest.json must be a list of texts
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[0].stability" of plugins/geo.manifest.json must be stable, beta or experimental
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[0].channels" of plugins/geo.manifest.json must be a map
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[0].options" of plugins/geo.manifest.json must be a map
      error MILLRACE_ARTEFACT_MANIFEST: "plugins[1].name" of plugins/geo.manifest.json must be a text that is not empty
      15 errors"
    `);
    expect(changed({ plugins: [] })).toContain('"plugins" of plugins/geo.manifest.json must be a list of maps that is not empty');
  });

  it("never makes the reader fail", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const { manifest, diagnostics } = readManifest(text, FILE);
        expect((manifest === undefined) === diagnostics.length > 0).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(good) as (keyof PluginManifest)[])), fc.jsonValue(), (key, value) => {
        const { manifest, diagnostics } = readManifest(JSON.stringify({ ...good, [key]: value }), FILE);
        expect((manifest === undefined) === diagnostics.length > 0).toBe(true);
      }),
    );
  });
});
