import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fileOfArchive } from "../src/npm/archive.ts";
import { readRelease } from "../src/release/read-release.ts";
import { resolveRelease } from "../src/release/resolve.ts";
import { Registry } from "./support/registry.ts";
import { root, scratchFolder, writeFiles } from "./support/scratch.ts";
import { failure } from "./support/shown.ts";
import { archiveOf } from "./support/tar.ts";

const scratch = scratchFolder();
const releaseOf = (driver: string): string =>
  JSON.stringify({ format: 1, driver, node: ">=22.12", packages: { "@millrace/api": { version: driver } }, dependencies: {}, layouts: {} });
const published = (...versions: readonly string[]): Record<string, Uint8Array> =>
  Object.fromEntries(
    versions.map((version) => [
      version,
      archiveOf({ "package/package.json": JSON.stringify({ name: "@millrace/release", version }), "package/release.json": releaseOf(version) }),
    ]),
  );

let full: Registry;
let stable: Registry;
let empty: Registry;
const near = (name: string): string => join(scratch, name);

beforeAll(async () => {
  full = await Registry.start({ "@millrace/release": published("0.1.0", "0.2.0-rc.2", "0.2.0-rc.10", "0.1.1") });
  stable = await Registry.start({ "@millrace/release": { ...published("0.1.0", "0.2.0"), "0.3.0": archiveOf({ "package/package.json": "{}" }) } });
  empty = await Registry.start({});
  for (const [name, registry] of [
    ["full", full],
    ["stable", stable],
    ["empty", empty],
  ] as const) {
    writeFiles(near(name), { "package.json": {}, ".npmrc": registry.settings(join(scratch, `cache-${name}`)) });
  }
});
afterAll(() => Promise.all([full, stable, empty].map((registry) => registry.stop())));

const hidden = (text: string): string => text.replaceAll(/http:\/\/127\.0\.0\.1:\d+\//g, "REGISTRY/").replaceAll(scratch, "SCRATCH");

describe("a tag", () => {
  it("dev is the workspace that the builder stands in", async () => {
    const found = await resolveRelease("dev", scratch);
    expect(found).toMatchObject({ tag: "dev", from: "this workspace", workspace: root });
    expect(Object.keys(found.release.packages)).toContain("@millrace/core");
  });

  it("that is an exact version is taken from what is installed, beside a plugin or below its driver", async () => {
    writeFiles(near("beside"), { "node_modules/@millrace/release/release.json": releaseOf("9.9.8"), "plugin/package.json": {} });
    writeFiles(near("below"), { "node_modules/@millrace/driver/node_modules/@millrace/release/release.json": releaseOf("9.9.9") });
    expect(await resolveRelease("9.9.8", join(near("beside"), "plugin"))).toMatchObject({ release: { driver: "9.9.8" } });
    expect(await resolveRelease("9.9.9", near("below"))).toMatchObject({ release: { driver: "9.9.9" } });
  });

  it("is told with where it was found, as seen from where the user stands", async () => {
    writeFiles(near("told"), { "node_modules/@millrace/release/release.json": releaseOf("9.9.7"), "plugin/package.json": {} });
    const standing = vi.spyOn(process, "cwd");
    try {
      standing.mockReturnValue(near("told"));
      expect((await resolveRelease("9.9.7", near("told"))).from).toBe(join("node_modules", "@millrace", "release"));
      standing.mockReturnValue(join(near("told"), "plugin"));
      expect((await resolveRelease("9.9.7", near("told"))).from).toBe(join(near("told"), "node_modules", "@millrace", "release"));
    } finally {
      standing.mockRestore();
    }
  });

  it("that is an exact version is fetched by npm", async () => {
    const found = await resolveRelease("0.1.0", near("full"));
    expect(found).toEqual({ tag: "0.1.0", release: JSON.parse(releaseOf("0.1.0")), from: "the registry" });
  });

  it("edge is the newest prerelease that is published", async () => {
    expect(await resolveRelease("edge", near("full"))).toMatchObject({ tag: "edge", release: { driver: "0.2.0-rc.10" } });
  });

  it("that does not exist is told with those that do", async () => {
    expect(hidden(await failure(() => resolveRelease("0.4.0", near("full"))))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_NO_RELEASE: there is no release 0.4.0
        hint: the newest ones are 0.2.0-rc.10, 0.2.0-rc.2, 0.1.1
      1 error"
    `);
    expect(hidden(await failure(() => resolveRelease("0.4.0", near("empty"))))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_NO_RELEASE: @millrace/release is not published where npm looks
        hint: in a workspace, or with a driver installed, "--tag dev" needs no registry
      1 error"
    `);
    expect(hidden(await failure(() => resolveRelease("edge", near("stable"))))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_EDGE: no prerelease is published
        hint: the newest release is 0.3.0: --tag 0.3.0
      1 error"
    `);
    expect(hidden(await failure(() => resolveRelease("0.3.0", near("stable"))))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_RELEASE_FILE: release.json of @millrace/release 0.3.0 is not in its archive
      1 error"
    `);
  });

  it("is misspelt", async () => {
    expect(await failure(() => resolveRelease("latest", scratch))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TAG: "latest" is no release
        hint: a tag is an exact version such as 0.4.0, "edge" or "dev"
      1 error"
    `);
    expect(await failure(() => resolveRelease("v0.1.0", scratch))).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_TAG: "v0.1.0" is no release
        hint: a tag is an exact version such as 0.4.0, "edge" or "dev"
      1 error"
    `);
  });

  it("can't be fetched: what npm says is told", async () => {
    const gone = await Registry.start({});
    writeFiles(near("gone"), { "package.json": {}, ".npmrc": gone.settings(join(scratch, "cache-gone")) });
    await gone.stop();
    // What follows are npm's own words, which differ from version to version.
    expect(await failure(() => resolveRelease("0.1.0", near("gone")))).toMatch(
      /^error MILLRACE_BUILDER_NPM: @millrace\/release 0\.1\.0 can't be fetched: npm says ECONNREFUSED: /,
    );
  });
});

describe("release.json", () => {
  it("that is broken, or of another form, is refused with the reason", async () => {
    const wrong = [
      "{",
      "[]",
      '{"format":2}',
      '{"format":1,"driver":1,"node":"x"}',
      '{"format":1,"driver":"1.0.0","node":"x","packages":{"a":{}}}',
      '{"format":1,"driver":"1.0.0","node":"x","packages":{},"dependencies":{},"layouts":{"a":1}}',
    ];
    const texts = await Promise.all(wrong.map((text) => failure(() => readRelease(text, "release.json"))));
    expect(texts.map((text) => text.split("\n").slice(0, -1).join("\n")).join("\n")).toMatchInlineSnapshot(`
      "error MILLRACE_BUILDER_RELEASE_FILE: release.json is no JSON
        cause: Expected property name or '}' in JSON at position 1 (line 1 column 2)
      error MILLRACE_BUILDER_RELEASE_FILE: release.json tells of no release that this builder knows: it is no object
        hint: a newer release wants a newer @millrace/plugin-builder
      error MILLRACE_BUILDER_RELEASE_FILE: release.json tells of no release that this builder knows: its format is 2, and 1 was expected
        hint: a newer release wants a newer @millrace/plugin-builder
      error MILLRACE_BUILDER_RELEASE_FILE: release.json tells of no release that this builder knows: its driver is no text
        hint: a newer release wants a newer @millrace/plugin-builder
      error MILLRACE_BUILDER_RELEASE_FILE: release.json tells of no release that this builder knows: a has no version
        hint: a newer release wants a newer @millrace/plugin-builder
      error MILLRACE_BUILDER_RELEASE_FILE: release.json tells of no release that this builder knows: its layouts are no texts
        hint: a newer release wants a newer @millrace/plugin-builder"
    `);
  });
});

describe("an npm archive", () => {
  const path = fc.stringMatching(/^[a-z]{1,40}(\/[a-z]{1,40}){0,3}$/);

  it("gives back what was packed", () => {
    fc.assert(
      fc.property(fc.dictionary(path, fc.string({ unit: "grapheme", maxLength: 2000 }), { maxKeys: 5 }), (files) => {
        const archive = archiveOf(Object.fromEntries(Object.entries(files).map(([name, text]) => [`package/${name}`, text])));
        for (const [name, text] of Object.entries(files)) expect(fileOfArchive(archive, name)).toBe(text);
        expect(fileOfArchive(archive, "NOT/there")).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it("that is damaged never does more than fail with an error of ours", () => {
    const archive = archiveOf({ "package/package.json": "{}", "package/release.json": releaseOf("1.0.0") });
    fc.assert(
      fc.property(fc.nat(archive.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(archive.length), (at, value, end) => {
        const damaged = Uint8Array.from(archive.subarray(0, end));
        if (at < damaged.length) damaged[at] = value;
        try {
          fileOfArchive(damaged, "release.json");
        } catch (cause) {
          expect(cause).toMatchObject({ code: "MILLRACE_BUILDER_ARCHIVE" });
        }
      }),
      { numRuns: 200 },
    );
  });
});
