import { appendFileSync, chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PluginManifest } from "@millrace/core";
import { release } from "@millrace/release";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../src/build/build.ts";
import { command, type Printed } from "./support/command.ts";
import { PROCESSOR, writePlugin } from "./support/plugins.ts";
import { packageJson, scratchFolder, VERSIONS, writeFiles } from "./support/scratch.ts";

const scratch = scratchFolder();
const whole = join(scratch, "whole");
let count = 0;

const SOURCE = `const text = (value) => ({ value });
const described = {
  type: "object",
  properties: {
    where: { type: "string", description: "Where it looks" },
    level: { enum: ["city", "country"], default: "city", description: "How exact it is" },
    ttl: { anyOf: [{ type: "integer" }, { const: "never" }], default: 60, description: "Seconds" },
  },
  required: ["where"],
};
const schema = { "~standard": { version: 1, vendor: "test", validate: text, jsonSchema: { input: () => described, output: () => described } } };
${PROCESSOR.replace('in: "flat",', 'in: "flat",\n  aliases: ["where"],\n  options: schema,')}`;

beforeAll(async () => {
  const folder = writePlugin(join(scratch, "geo"), { "package.json": packageJson({ description: "Says where an address is" }), "src/index.js": SOURCE });
  await build({ folder, tag: "dev", out: whole, live: false });
});

/** Runs the command over a copy of what was built, after something has been done to it. */
async function over(args: readonly string[], change: (folder: string) => void = () => undefined): Promise<Printed> {
  const folder = join(scratch, `copy-${++count}`);
  cpSync(whole, folder, { recursive: true });
  change(folder);
  const printed = await command(
    args.map((word) => word.replace("PLUGINS", folder)),
    { [folder]: "plugins", [process.versions.node]: "NODE", ...VERSIONS },
  );
  const short = (text: string): string => text.replaceAll(/[0-9a-f]{16}…|[0-9a-f]{64}/g, "SUM").replaceAll(/\d+ bytes/g, "N bytes");
  return { ...printed, stdout: short(printed.stdout), stderr: short(printed.stderr) };
}

const changeManifest = (folder: string, change: (manifest: Record<string, unknown>) => void): void => {
  const file = join(folder, "geo.manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as PluginManifest & Record<string, unknown>;
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
};

describe("verify", () => {
  it.each(["PLUGINS/geo.mjs", "PLUGINS/geo.manifest.json"])("finds what was built to be whole, by %s", async (file) => {
    expect(await over(["verify", file])).toEqual({
      code: 0,
      stdout: "plugins/geo.mjs is whole: millrace-plugin-geo 1.2.0, which driver VERSION loads (this workspace, Node NODE)\n",
      stderr: "",
    });
  });

  it("says all that keeps the driver from loading it", async () => {
    const printed = await over(["verify", "PLUGINS/geo.mjs"], (folder) => {
      appendFileSync(join(folder, "geo.mjs"), "// more\n");
      changeManifest(folder, (manifest) => {
        manifest["pins"] = { "@millrace/api": "0.0.9" };
        manifest["layouts"] = { "@millrace/sysflow": "sha256-0" };
        manifest["node"] = ">=99";
      });
    });
    expect(printed).toMatchObject({ code: 1, stdout: "" });
    expect(printed.stderr.replaceAll(release.layouts["@millrace/sysflow"] as string, "LAYOUT")).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_CHANGED: plugins/geo.mjs is not as it was built: its SHA-256 is SUM, and its manifest says SUM
        hint: copy the file and its manifest again from where they were built, or: plugin-builder build DIR --tag dev --fix --out plugins
      error MILLRACE_ARTEFACT_VERSION: plugin millrace-plugin-geo (plugins/geo.mjs) was built against @millrace/api 0.0.9, and this driver has VERSION
        hint: plugin-builder build DIR --tag dev --fix --out plugins
      error MILLRACE_ARTEFACT_LAYOUT: plugin millrace-plugin-geo (plugins/geo.mjs) was built for other records: the layout of @millrace/sysflow was sha256-0, and that of this driver is LAYOUT
        hint: plugin-builder build DIR --tag dev --fix --out plugins
      error MILLRACE_ARTEFACT_NODE: plugin millrace-plugin-geo (plugins/geo.mjs) needs Node >=99, and this is Node NODE
        hint: run the driver with Node >=99
      4 errors
      "
    `);
  });

  it.skipIf(process.geteuid === undefined)("minds who may write it, as the driver does", async () => {
    const printed = await over(["verify", "PLUGINS/geo.mjs"], (folder) => chmodSync(join(folder, "geo.mjs"), 0o666));
    expect(printed).toMatchObject({ code: 1, stdout: "" });
    expect(printed.stderr).toContain("error MILLRACE_ARTEFACT_WRITABLE: plugins/geo.mjs");
  });

  it("says it as JSON", async () => {
    const printed = await over(["verify", "PLUGINS/geo.mjs", "--json"], (folder) =>
      changeManifest(folder, (manifest) => {
        manifest["pins"] = { "@millrace/api": "0.0.9" };
      }),
    );
    expect(printed).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(printed.stdout)).toMatchObject({
      file: "plugins/geo.mjs",
      loads: false,
      name: "millrace-plugin-geo",
      release: { tag: "dev", driver: "VERSION" },
      findings: [{ severity: "error", code: "MILLRACE_ARTEFACT_VERSION" }],
    });
  });

  it("wants both files", async () => {
    const gone = (file: string) => (folder: string) => rmSync(join(folder, file));
    expect((await over(["verify", "PLUGINS/geo.mjs"], gone("geo.manifest.json"))).stderr).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_FILE: there is no file plugins/geo.manifest.json
        hint: a plugin that was built has one beside it: plugin-builder build FOLDER --out FOLDER
      1 error
      "
    `);
    expect((await over(["verify", "PLUGINS/geo.manifest.json"], gone("geo.mjs"))).stderr).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_FILE: there is no file plugins/geo.mjs
        hint: the manifest tells of a file that should lie beside it
      1 error
      "
    `);
    expect((await over(["verify", "PLUGINS/gee.mjs"])).stderr).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_FILE: there is no file plugins/gee.mjs
        hint: name the .mjs file of a built plugin, or its manifest
      1 error
      "
    `);
    expect((await over(["verify", "PLUGINS"])).stderr).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_FILE: plugins is no file
        hint: name the .mjs file of a built plugin, or its manifest
      1 error
      "
    `);
  });
});

describe("info", () => {
  it("says what a built plugin is", async () => {
    const { code, stdout } = await over(["info", "PLUGINS/geo.mjs"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "millrace-plugin-geo 1.2.0
        Says where an address is

      processor geo (beta, also called where)
        Reads all records, and counts them
        reads flat
        options
          where  string, required                    Where it looks
          level  "city" | "country", default "city"  How exact it is
          ttl    integer | "never", default 60       Seconds

      built for driver VERSION (dev), Node >=22.12
        @millrace/api   VERSION
        @millrace/core  VERSION
      in the file
        @millrace/api VERSION  Apache-2.0
      geo.mjs, N bytes, sha256 SUM
      "
    `);
  });

  it("gives the manifest as it is", async () => {
    const { stdout } = await command(["info", join(whole, "geo.mjs"), "--json"]);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(whole, "geo.manifest.json"), "utf8")));
  });

  it("says all that is wrong with a manifest", async () => {
    const printed = await over(["info", "PLUGINS/geo.manifest.json"], (folder) =>
      changeManifest(folder, (manifest) => {
        delete manifest["sha256"];
        manifest["plugins"] = [];
      }),
    );
    expect(printed).toMatchObject({ code: 1, stdout: "" });
    expect(printed.stderr).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_MANIFEST: plugins/geo.manifest.json has no "sha256"
        hint: build the plugin again: plugin-builder build DIR --tag TAG --out FOLDER
      error MILLRACE_ARTEFACT_MANIFEST: "plugins" of plugins/geo.manifest.json must be a list of maps that is not empty
        hint: build the plugin again: plugin-builder build DIR --tag TAG --out FOLDER
      2 errors
      "
    `);
  });
});

describe("pins", () => {
  it("lists the versions of a release", async () => {
    const { code, stdout } = await command(["pins"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      `release ${release.driver} of the driver (this workspace), Node ${release.node}`,
      `  @millrace/api      ${release.packages["@millrace/api"]?.version}`,
      `  @millrace/core     ${release.packages["@millrace/core"]?.version}`,
    ]);
  });

  it("gives the release as it is", async () => {
    expect(JSON.parse((await command(["pins", "--tag", "dev", "--json"])).stdout)).toEqual(release);
  });
});

describe("the command line", () => {
  it("is explained", async () => {
    const { code, stdout } = await command(["--help"]);
    expect(code).toBe(0);
    for (const name of ["new", "build", "verify", "info", "pins", "dist"]) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it.each([[["build"]], [["verify"]], [["biuld"]], [["pins", "--jsno"]]])("%j is a mistake, with exit code 2", async (args) => {
    const { code, stderr } = await command(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: /);
  });

  it("fails with findings and exit code 1", async () => {
    writeFiles(scratch, { "empty/x": "" });
    const { code, stdout, stderr } = await command(["build", join(scratch, "empty"), "--out", join(scratch, "none")], { [scratch]: "SCRATCH" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_PACKAGE: SCRATCH/empty has no package.json
        hint: name the folder of a plugin's package: plugin-builder build FOLDER
      1 error
      "
    `);
  });
});
