import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { form, KEYS } from "../house-form/form.mjs";
import { judge, mend } from "../house-form/judge.mjs";

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "house-form-"));
  for (const folder of ["packages/plugins", "apps", "examples", "tooling"]) mkdirSync(join(tree, folder), { recursive: true });
});
afterEach(() => rmSync(tree, { recursive: true }));

function put(path: string, content: string | object): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`);
}

function get(path: string): string {
  return readFileSync(join(tree, path), "utf8");
}

/** A plugin, a library, an app and a tool, each with no more than somebody has to think of. */
function putBarePackages(): void {
  put("packages/plugins/geo/package.json", { name: "@millrace/plugin-geo", version: "0.0.0", description: "Finds places" });
  put("packages/plugins/geo/test/conformance.test.ts", "describeConformance({ describe, it }, plugin);\n");
  put("packages/plugins/geo/README.md", "# @millrace/plugin-geo\n\nFinds places.\n\n## Example\n\nSo it goes.\n\n## Options\n\nNone.\n");
  put("packages/maps/package.json", { name: "@millrace/maps", version: "0.0.0", description: "Maps" });
  put("packages/maps/test/maps.test.ts", "it();\n");
  put("packages/maps/README.md", "# @millrace/maps\n\nMaps.\n\n```ts\nmap();\n```\n");
  put("apps/atlas/package.json", { name: "@millrace/atlas", version: "0.0.0", description: "Shows maps", bin: { atlas: "./bin/atlas.mjs" } });
  put("apps/atlas/bin/atlas.mjs", "#!/usr/bin/env node\n");
  put("apps/atlas/README.md", "# @millrace/atlas\n\nShows maps.\n\n```sh\natlas\n```\n");
  put("tooling/chart/package.json", { name: "@millrace/chart", version: "0.0.0", private: true, description: "Draws charts" });
}

/** Every file of the tree, with what is in it. */
function everything(): Record<string, string> {
  const files = readdirSync(tree, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path.slice(tree.length + 1), readFileSync(path, "utf8")]));
}

describe("a bare package", () => {
  it("is given the whole form", () => {
    putBarePackages();
    expect(judge(tree).length).toBeGreaterThan(60);
    expect(mend(tree).sort()).toEqual([
      ...["apps/atlas/README.md", "apps/atlas/package.json", "apps/atlas/tsconfig.json", "apps/atlas/vitest.config.ts"],
      ...["packages/maps/README.md", "packages/maps/package.json", "packages/maps/tsconfig.build.json", "packages/maps/tsconfig.json"],
      ...["packages/maps/vitest.config.ts", "packages/plugins/geo/README.md", "packages/plugins/geo/package.json"],
      ...["packages/plugins/geo/tsconfig.build.json", "packages/plugins/geo/tsconfig.json", "packages/plugins/geo/vitest.config.ts"],
      ...["tooling/chart/package.json", "tooling/chart/tsconfig.json", "tooling/chart/vitest.config.ts"],
    ]);
    expect(judge(tree)).toEqual([]);
    expect(mend(tree)).toEqual([]);
    expect(get("packages/plugins/geo/package.json")).toMatchInlineSnapshot(`
      "{
        "name": "@millrace/plugin-geo",
        "version": "0.0.0",
        "description": "Finds places",
        "keywords": [
          "millrace-plugin"
        ],
        "license": "Apache-2.0",
        "author": "The Millrace authors",
        "homepage": "https://github.com/millrace/millrace#readme",
        "repository": {
          "type": "git",
          "url": "git+https://github.com/millrace/millrace.git",
          "directory": "packages/plugins/geo"
        },
        "bugs": "https://github.com/millrace/millrace/issues",
        "type": "module",
        "sideEffects": false,
        "exports": {
          ".": {
            "@millrace/source": "./src/index.ts",
            "types": "./dist/index.d.ts",
            "default": "./dist/index.js"
          },
          "./package.json": "./package.json"
        },
        "files": [
          "dist"
        ],
        "engines": {
          "node": ">=22.12"
        },
        "publishConfig": {
          "access": "public",
          "exports": {
            ".": {
              "types": "./dist/index.d.ts",
              "default": "./dist/index.js"
            },
            "./package.json": "./package.json"
          }
        },
        "scripts": {
          "build": "tsc -p tsconfig.build.json",
          "typecheck": "tsc -p tsconfig.json",
          "test": "vitest run"
        },
        "peerDependencies": {
          "@millrace/api": "workspace:>=0.1.0 <1"
        },
        "devDependencies": {
          "@millrace/api": "workspace:^",
          "@millrace/testkit": "workspace:^",
          "@types/node": "catalog:",
          "typescript": "catalog:",
          "vitest": "catalog:"
        }
      }
      "
    `);
    expect(get("tooling/chart/tsconfig.json")).toContain('"extends": "../tsconfig/check.json"');
  });

  it("is told what nobody can think of in its place", () => {
    put("packages/plugins/geo/package.json", { name: "@millrace/geo" });
    put("apps/atlas/package.json", { name: "@millrace/atlas", description: "Shows maps", bin: { atlas: "./bin/atlas.mjs", map: "map.js" } });
    mend(tree);
    expect(judge(tree)).toMatchInlineSnapshot(`
      [
        "apps/atlas/bin/atlas.mjs: it is not there, and the command atlas starts with it",
        "apps/atlas/package.json: the command map is map.js, and a file of bin is wanted",
        "apps/atlas/README.md: it shows no code",
        "packages/plugins/geo/package.json: the name is "@millrace/geo", and after its folder it is "@millrace/plugin-geo"",
        "packages/plugins/geo/package.json: description is missing, or is no text of one line",
        "packages/plugins/geo/test: there is no test",
        "packages/plugins/geo/test: no test has describeConformance(…)",
        "packages/plugins/geo/README.md: it has no section "Example", or an empty one",
        "packages/plugins/geo/README.md: it has no section "Options", or an empty one",
      ]
    `);
  });
});

describe("a package whose form was damaged", () => {
  beforeEach(() => {
    putBarePackages();
    mend(tree);
  });

  it("is told each damage, and is as it was when it is mended", () => {
    const before = everything();
    const manifest = JSON.parse(get("packages/plugins/geo/package.json"));
    manifest.license = "MIT";
    manifest.type = undefined;
    manifest.repository.directory = "plugins/geo";
    manifest.keywords = [];
    manifest.exports["."] = { types: "./dist/index.d.ts", "@millrace/source": "./src/index.ts", default: "./dist/main.js" };
    manifest.publishConfig.exports = manifest.exports;
    manifest.files = ["src"];
    manifest.scripts.test = "jest";
    manifest.peerDependencies["@millrace/api"] = "workspace:^";
    manifest.devDependencies.vitest = "^5.0.0";
    put("packages/plugins/geo/package.json", { version: "0.0.0", ...manifest });
    put("packages/plugins/geo/tsconfig.json", { extends: "../base.json", include: ["src"] });
    put("packages/plugins/geo/tsconfig.build.json", "{");
    rmSync(join(tree, "packages/plugins/geo/vitest.config.ts"));
    put("packages/plugins/geo/README.md", get("packages/plugins/geo/README.md").replace("# @millrace/plugin-geo", "# Geo").replace("Apache-2.0", "MIT"));
    expect(judge(tree)).toMatchInlineSnapshot(`
      [
        "packages/plugins/geo/package.json: keywords lacks "millrace-plugin"",
        "packages/plugins/geo/package.json: license is "MIT", and "Apache-2.0" is wanted",
        "packages/plugins/geo/package.json: repository is {"type":"git","url":"git+https://github.com/millrace/millrace.git","directory":"plugins/geo"}, and {"type":"git","url":"git+https://github.com/millrace/millrace.git","directory":"packages/plugins/geo"} is wanted",
        "packages/plugins/geo/package.json: type is missing, and "module" is wanted",
        "packages/plugins/geo/package.json: exports "." is {"types":"./dist/index.d.ts","@millrace/source":"./src/index.ts","default":"./dist/main.js"}, and {"@millrace/source":"./src/index.ts","types":"./dist/index.d.ts","default":"./dist/index.js"} is wanted",
        "packages/plugins/geo/package.json: publishConfig.exports is not exports without the sources",
        "packages/plugins/geo/package.json: files lacks "dist"",
        "packages/plugins/geo/package.json: scripts.test is "jest", and "vitest run" is wanted",
        "packages/plugins/geo/package.json: peerDependencies.@millrace/api is "workspace:^", and "workspace:>=0.1.0 <1" is wanted",
        "packages/plugins/geo/package.json: it is developed with vitest, and "catalog:" is wanted for it",
        "packages/plugins/geo/package.json: name stands too late; the order is name, version, description, keywords, license, author, homepage, repository, bugs, sideEffects, exports, files, engines, publishConfig, scripts, peerDependencies, devDependencies",
        "packages/plugins/geo/tsconfig.json: extends is "../base.json", and "../../../tooling/tsconfig/check.json" is wanted",
        "packages/plugins/geo/tsconfig.json: include lacks "test"",
        "packages/plugins/geo/tsconfig.build.json: it is not there, or is no JSON",
        "packages/plugins/geo/vitest.config.ts: it is not there",
        "packages/plugins/geo/README.md: its first line is "# Geo", and "# @millrace/plugin-geo" is wanted",
        "packages/plugins/geo/README.md: it does not end with "## License" and Apache-2.0",
      ]
    `);
    mend(tree);
    expect(judge(tree)).toEqual([]);
    const after = everything();
    // What somebody has added is left to them.
    expect(JSON.parse(after["packages/plugins/geo/package.json"] as string).files).toEqual(["src", "dist"]);
    expect({ ...after, "packages/plugins/geo/package.json": "" }).toEqual({ ...before, "packages/plugins/geo/package.json": "" });
  });

  it("keeps what it has beside the form", () => {
    const manifest = JSON.parse(get("packages/maps/package.json"));
    manifest.exports["./tiles"] = { "@millrace/source": "./src/tiles/index.ts" };
    manifest.exports["./schema"] = "./schema/map.json";
    manifest.publishConfig.provenance = true;
    manifest.scripts.generate = "node scripts/generate.ts";
    put("packages/maps/package.json", manifest);
    put("packages/maps/tsconfig.json", {
      extends: "../../tooling/tsconfig/check.json",
      compilerOptions: { allowJs: true },
      include: ["src", "test", "scripts"],
    });
    put("packages/maps/vitest.config.ts", 'import base from "../../tooling/vitest/config.ts";\nexport default { ...base };\n');
    const files = everything();
    expect(judge(tree)).toMatchInlineSnapshot(`
      [
        "packages/maps/package.json: exports "./tiles" is {"@millrace/source":"./src/tiles/index.ts"}, and {"@millrace/source":"./src/tiles/index.ts","types":"./dist/tiles/index.d.ts","default":"./dist/tiles/index.js"} is wanted",
        "packages/maps/package.json: publishConfig.exports is not exports without the sources",
      ]
    `);
    expect(mend(tree)).toEqual(["packages/maps/package.json"]);
    const mended = JSON.parse(get("packages/maps/package.json"));
    expect(mended.publishConfig).toEqual({
      access: "public",
      exports: {
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./tiles": { types: "./dist/tiles/index.d.ts", default: "./dist/tiles/index.js" },
        "./schema": "./schema/map.json",
        "./package.json": "./package.json",
      },
      provenance: true,
    });
    expect(mended.scripts.generate).toBe("node scripts/generate.ts");
    expect({ ...everything(), "packages/maps/package.json": "" }).toEqual({ ...files, "packages/maps/package.json": "" });
  });

  it("has a key that nobody else has", () => {
    put("packages/maps/package.json", { ...JSON.parse(get("packages/maps/package.json")), types: "./dist/index.d.ts" });
    mend(tree);
    expect(judge(tree)).toMatchInlineSnapshot(`
      [
        "packages/maps/package.json: no other package has the key types; if this one needs it, tooling/checks/house-form/form.mjs says where it stands",
      ]
    `);
  });

  it("is mended alone where it is asked for alone", () => {
    for (const path of ["packages/maps", "packages/plugins/geo"]) rmSync(join(tree, path, "tsconfig.json"));
    expect(mend(tree, ["packages/maps"])).toEqual(["packages/maps/tsconfig.json"]);
    expect(existsSync(join(tree, "packages/plugins/geo/tsconfig.json"))).toBe(false);
  });
});

describe("the command", () => {
  const command = (...args: readonly string[]): { readonly code: number | null; readonly output: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "../house-form.mjs"), ...args], {
      encoding: "utf8",
      timeout: 15_000,
    });
    return { code: status, output: stdout + stderr };
  };

  it("says what is wrong, mends it, and says that all is well", () => {
    putBarePackages();
    mend(tree);
    rmSync(join(tree, "tooling/chart/vitest.config.ts"));
    expect(command("--root", tree)).toEqual({
      code: 1,
      output: "tooling/chart/vitest.config.ts: it is not there\nrun: node tooling/checks/check.mjs --fix --only form\n",
    });
    expect(command("--root", tree, "--fix")).toEqual({
      code: 0,
      output: "tooling/chart/vitest.config.ts: mended\nform: every package has the form of the house\n",
    });
    expect(command("--root", tree)).toEqual({ code: 0, output: "form: every package has the form of the house\n" });
  });

  it("shows the form as a table", () => {
    const { code, output } = command("--list");
    expect(code).toBe(0);
    expect(output.trimEnd().split("\n")).toHaveLength(form.length);
    expect(output).toContain("library, plugin, app, tool  package.json: license ");
  });
});

it("every key that has a rule has a place", () => {
  const keys = form.map(({ rule }: { readonly rule: { readonly about: string } }) => /^package\.json: (\w+)(?:\.\S+)?$/.exec(rule.about)?.[1]);
  expect(keys.filter((key: string | undefined) => key !== undefined && !KEYS.includes(key))).toEqual([]);
});
