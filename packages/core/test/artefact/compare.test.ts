import { formatDiagnostics } from "@millrace/text";
import { describe, expect, it } from "vitest";
import { compareWithHost, type PluginManifest, rebuildCommand } from "../../src/index.ts";
import { host, manifestOf, release } from "./fixtures.ts";

async function differences(more: Partial<PluginManifest>, to = host, shown = "plugins/geo.mjs"): Promise<string> {
  return formatDiagnostics(await compareWithHost(manifestOf("geo", "", more), to, shown));
}

describe("a manifest and a host", () => {
  it("fit, whatever packages of others are in the bundle", async () => {
    expect(await differences({})).toBe("");
  });

  it("differ in the version of a package", async () => {
    expect(await differences({ pins: { "@millrace/api": "0.1.0" } })).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_VERSION: plugin geo (plugins/geo.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      1 error"
    `);
  });

  it("differ in many things, and all are told", async () => {
    const differing = {
      node: ">=26",
      pins: { "@millrace/api": "0.1.0", "@millrace/core": "0.2.0", "@millrace/text": "0.1.0", "@millrace/waves": "3.0.0" },
      layouts: { "@millrace/text": "sha256-4567", "@millrace/waves": "sha256-89ab" },
    };
    expect(await differences(differing)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_VERSION: plugin geo (plugins/geo.mjs) was built against @millrace/api 0.1.0, and this driver has 0.2.0
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_VERSION: plugin geo (plugins/geo.mjs) was built against @millrace/core 0.2.0, and this driver has 0.2.1
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_VERSION: plugin geo (plugins/geo.mjs) was built against @millrace/waves 3.0.0, which this driver does not have
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_LAYOUT: plugin geo (plugins/geo.mjs) was built for other records: the layout of @millrace/text was sha256-4567, and that of this driver is sha256-0123
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_LAYOUT: plugin geo (plugins/geo.mjs) was built for other records: the layout of @millrace/waves was sha256-89ab, and this driver has none of that package
        hint: plugin-builder build DIR --tag 0.2.0 --fix --out plugins
      error MILLRACE_ARTEFACT_NODE: plugin geo (plugins/geo.mjs) needs Node >=26, and this is Node 24.21.0
        hint: run the driver with Node >=26
      6 errors"
    `);
  });

  it("differ in the layout alone, where both come from one workspace", async () => {
    const dev = { release: { tag: "dev", driver: "0.2.0" }, layouts: { "@millrace/text": "sha256-4567" } };
    expect(await differences(dev)).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_LAYOUT: plugin geo (plugins/geo.mjs) was built for other records: the layout of @millrace/text was sha256-4567, and that of this driver is sha256-0123
        hint: plugin-builder build DIR --tag dev --fix --out plugins
      1 error"
    `);
    expect(await differences({ ...dev, release: { tag: "dev", driver: "0.1.0" } })).toContain("--tag 0.2.0");
  });

  it("differ in pre-releases", async () => {
    const edge = { ...host, release: { ...release, packages: { ...release.packages, "@millrace/api": { version: "0.2.0-edge.3" } } } };
    expect(await differences({}, edge)).toContain("was built against @millrace/api 0.2.0, and this driver has 0.2.0-edge.3");
  });

  it("differ in Node", async () => {
    expect(await differences({ node: ">=26" })).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_NODE: plugin geo (plugins/geo.mjs) needs Node >=26, and this is Node 24.21.0
        hint: run the driver with Node >=26
      1 error"
    `);
    expect(await differences({}, { ...host, node: "25.0.0-nightly20251001" })).toBe("");
    expect(await differences({ node: "what comes" })).toContain("needs Node what comes, and this is Node 24.21.0");
  });
});

it.each([
  ["geo.mjs", "."],
  ["/opt/plugins/geo.mjs", "/opt/plugins"],
  ["my plugins/geo.mjs", "'my plugins'"],
  ["it's/geo.mjs", "'it'\\''s'"],
])("the command that builds %s again can be pasted into a shell", (shown, folder) => {
  expect(rebuildCommand(release, shown)).toBe(`plugin-builder build DIR --tag 0.2.0 --fix --out ${folder}`);
});
