import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMillraceError, type Plugin } from "@millrace/api";
import type { Release } from "@millrace/core";
import { clientServerScene } from "@millrace/testkit";
import { formatDiagnostics } from "@millrace/text";
import { afterAll, describe, expect, it } from "vitest";
import { KINDS, type NewPluginOptions, newPlugin } from "../src/new/index.ts";
import { newReport } from "../src/new/report.ts";
import { VERSION } from "../src/version.ts";

const folder = import.meta.dirname;
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "millrace-new-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const release: Release = {
  format: 1,
  driver: "0.3.1",
  node: ">=22.12",
  packages: { "@millrace/api": { version: "0.2.0" }, "@millrace/testkit": { version: "0.4.2" } },
  dependencies: {
    "@types/node": { version: "24.19.2" },
    typescript: { version: "6.0.3" },
    vitest: { version: "5.1.1" },
    zod: { version: "4.6.7" },
  },
  layouts: {},
};

function make(options: Partial<NewPluginOptions>): ReturnType<typeof newPlugin> {
  return newPlugin({ kind: "processor", name: "geo", cwd: scratch, release: () => release, ...options });
}

/** What it says of options that can't work. */
async function refusal(options: Partial<NewPluginOptions>): Promise<string> {
  try {
    await make(options);
  } catch (cause) {
    if (isMillraceError(cause)) return formatDiagnostics(cause.diagnostics);
    throw cause;
  }
  throw new Error("nothing was wrong with it");
}

describe("a package that stands by itself", () => {
  it("lies in a folder of its name, and says what comes next", async () => {
    const made = await make({});
    expect(made.folder).toBe(join(scratch, "geo"));
    expect(newReport(made)).toMatchInlineSnapshot(`
      "millrace-plugin-geo is made, with the processor geo
        src/index.ts  the plugin
        test/         its tests
        example/      a pipeline to try it with
        README.md     what it does, with its options
        CHANGELOG.md  what changes, version by version
        package.json  its name, and the exact versions that it is built with

      What comes next:
        cd geo
        npm install
        npm test
        npm start
      "
    `);
  });

  it.each([
    ["processor", false],
    ["link", true],
    ["output", true],
  ])("says of the example of a %s whether it ends by itself: %s", async (kind, endless) => {
    const { folder: made, next } = await make({ kind, name: `ends-${kind}` });
    expect(next.at(-1)).toBe(endless ? "npm start   # until Ctrl-C ends it" : "npm start");
    expect(readFileSync(join(made, "README.md"), "utf8").includes("until Ctrl-C ends it")).toBe(endless);
  });

  it.each(Object.keys(KINDS))("%s: has a README whose parts stand apart, with no mark of a generator", async (kind) => {
    const { folder: made } = await make({ kind, name: `apart-${kind}` });
    const readme = readFileSync(join(made, "README.md"), "utf8");
    expect(readme).not.toContain("<!--");
    expect(readme).not.toMatch(/\n{3}/);
    expect(readme).not.toMatch(/[^\n]\n#{2,} /);
  });

  it("pins the exact versions of the release, and says with which versions of the API it works", async () => {
    const { folder: made } = await make({ name: "pins" });
    const text = readFileSync(join(made, "package.json"), "utf8");
    expect(text.replace(`"@millrace/plugin-builder": "${VERSION}"`, '"@millrace/plugin-builder": "OWN"')).toMatchInlineSnapshot(`
      "{
        "name": "millrace-plugin-pins",
        "version": "0.1.0",
        "description": "Counts the events of each program",
        "keywords": [
          "millrace-plugin"
        ],
        "license": "Apache-2.0",
        "type": "module",
        "exports": {
          ".": "./dist/pins.mjs",
          "./package.json": "./package.json"
        },
        "files": [
          "dist"
        ],
        "engines": {
          "node": ">=22.12"
        },
        "scripts": {
          "build": "plugin-builder build --tag dev --out dist",
          "check": "tsc",
          "test": "vitest run",
          "start": "npm run build --silent && millrace run example/pipeline.json example/trace.sf -p dist",
          "prepack": "npm run build"
        },
        "dependencies": {
          "zod": "4.6.7"
        },
        "peerDependencies": {
          "@millrace/api": ">=0.2.0 <1"
        },
        "devDependencies": {
          "@millrace/api": "0.2.0",
          "@millrace/driver": "0.3.1",
          "@millrace/plugin-builder": "OWN",
          "@millrace/testkit": "0.4.2",
          "@types/node": "24.19.2",
          "typescript": "6.0.3",
          "vitest": "5.1.1"
        }
      }
      "
    `);
  });

  it("pins other versions for another release", async () => {
    const other = { ...release, driver: "1.4.0", packages: { ...release.packages, "@millrace/api": { version: "1.2.0" } } };
    const { folder: made } = await make({ name: "later", release: async () => other });
    const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(made, "package.json"), "utf8"));
    expect(devDependencies).toMatchObject({ "@millrace/api": "1.2.0", "@millrace/driver": "1.4.0" });
    expect(peerDependencies).toEqual({ "@millrace/api": "^1.2.0" });
  });

  it("can be made in an empty folder that is there", async () => {
    mkdirSync(join(scratch, "empty"));
    expect((await make({ dir: "empty", name: "elsewhere" })).packageName).toBe("millrace-plugin-elsewhere");
    expect((await make({ dir: join(scratch, "deep/down"), name: "down" })).next[0]).toBe("cd deep/down");
    expect((await make({ dir: join(scratch, "my plugins"), name: "mine" })).next[0]).toBe("cd 'my plugins'");
  });

  it.each(Object.keys(KINDS))("%s: has its own name everywhere, and no mark of a template or of a tool", async (kind) => {
    const { folder: made, files } = await make({ kind, name: `my.own-${kind}` });
    for (const file of files.filter((path) => !path.endsWith(".sf"))) {
      const text = readFileSync(join(made, file), "utf8");
      expect(`${file}\n${text}`).not.toMatch(/template[-_]|TEMPLATE|<!--|workspace:|catalog:/);
      if (/\w*metrics\.counter\(/.test(text)) expect(text).toContain(`my_own_${kind}_`);
    }
    expect(files).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "package.json", "tsconfig.json", "src/index.ts", "test/conformance.test.ts"]));
    expect(files).toContain(`test/my.own-${kind}.test.ts`);
  });
});

describe("what can't be made", () => {
  it("is told all at once", async () => {
    writeFileSync(join(scratch, "taken"), "");
    expect(await refusal({ kind: "procesor", name: "Geo IP", dir: "taken" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_KIND: "procesor" is no kind of plugin
        hint: did you mean "processor"?
      error MILLRACE_NEW_NAME: "Geo IP" can't be a name: a name is small letters and digits, a letter first, in words joined by single dashes, underscores or dots
        hint: such as "geo-ip"
      error MILLRACE_NEW_FOLDER: taken is a file, and a new folder is wanted
        hint: choose another name or folder
      3 errors"
    `);
  });

  it("has a kind that there is not", async () => {
    expect(await refusal({ kind: "node" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_KIND: "node" is no kind of plugin
        hint: the kinds are processor, handler, action, driver, link, input, filter, output
      error MILLRACE_NEW_FOLDER: geo is there already, and is not empty: nothing is overwritten
        hint: choose another name or folder
      2 errors"
    `);
  });

  it.each(["", "Geo", "9lives", "a--b", "a/b", "../up", "millrace-plugin-geo", "@acme/geo", "ende."])("has a name that can't be: %j", async (name) => {
    expect(await refusal({ name })).toMatch(/^error MILLRACE_NEW_NAME: /);
  });

  it("has a name that says what is wrong with it", async () => {
    expect(await refusal({ name: "Geo_IP!" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_NAME: "Geo_IP!" can't be a name: a name is small letters and digits, a letter first, in words joined by single dashes, underscores or dots
        hint: such as "geo_ip"
      1 error"
    `);
    expect(await refusal({ name: "@acme/millrace-plugin-geo" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_NAME: "@acme/millrace-plugin-geo" names a package, and the name of the plugin is wanted
        hint: such as "geo"
      1 error"
    `);
    expect(await refusal({ name: "x".repeat(220) })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_NAME: the package millrace-plugin-xxxxxxxxxxxxxxxxxxxxxxxx… has a name of 236 characters, and npm takes 214
      1 error"
    `);
    expect(await refusal({ name: "" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_NAME: a name is wanted: small letters and digits, a letter first, in words joined by single dashes, underscores or dots
      1 error"
    `);
  });

  it("has a folder in which something is, and nothing is overwritten", async () => {
    mkdirSync(join(scratch, "full"));
    writeFileSync(join(scratch, "full", "precious"), "");
    expect(await refusal({ name: "full" })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_FOLDER: full is there already, and is not empty: nothing is overwritten
        hint: choose another name or folder
      1 error"
    `);
    expect(readdirSync(join(scratch, "full"))).toEqual(["precious"]);
  });

  it("lies where nothing can be written, and the cause is told", async () => {
    writeFileSync(join(scratch, "file"), "");
    const cause = await make({ dir: "file/below" }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(cause).toMatchObject({ code: "MILLRACE_NEW_WRITE", message: `can't write to ${join(scratch, "file/below")}`, cause: { code: "ENOTDIR" } });
  });

  it("has a release that lacks what it needs, and no folder is left behind", async () => {
    const { zod: _, vitest: __, ...dependencies } = release.dependencies;
    expect(await refusal({ name: "wanting", release: () => ({ ...release, dependencies }) })).toMatchInlineSnapshot(`
      "error MILLRACE_NEW_RELEASE: release 0.3.1 says no version of vitest, which a new plugin needs
      error MILLRACE_NEW_RELEASE: release 0.3.1 says no version of zod, which a new plugin needs
      2 errors"
    `);
    expect(readdirSync(scratch)).not.toContain("wanting");
  });
});

describe("the templates", () => {
  const templates = join(folder, "../templates");

  it("are there for every kind, and for no other", () => {
    const kinds = readdirSync(templates, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(kinds.map(({ name }) => name).sort()).toEqual(Object.keys(KINDS).sort());
  });

  it("have a trace that the testkit can make again", async () => {
    expect(readFileSync(join(templates, "trace.sf"))).toEqual(Buffer.from(await clientServerScene().trace()));
  });

  it.each(Object.keys(KINDS))("%s: has in its README the options that its schema has", async (kind) => {
    const { plugin } = (await import(join(templates, kind, "src/index.ts"))) as { readonly plugin: Plugin };
    const { optionTable } = (await import(join(folder, "../../../tooling/docs/options.mjs"))) as { optionTable(plugin: Plugin): string };
    expect(readFileSync(join(templates, kind, "README.md"), "utf8")).toContain(
      `<!-- options ${kind}/template-name: begin -->\n${optionTable(plugin)}\n<!-- options ${kind}/template-name: end -->`,
    );
  });
});
