import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loaderSettings, writableByAll } from "../../src/index.ts";
import { testFolder } from "./fixtures.ts";

const folder = testFolder();
const isRoot = process.geteuid?.() === 0;
const hasModes = process.geteuid !== undefined;
if (!isRoot) console.log("writable: not run by root, so files of other users are not tested");
if (!hasModes) console.log("writable: no permissions on this system, so none are tested");

function found(path = "a/b/geo.mjs"): string {
  return folder.text(writableByAll(join(folder.path, path), path));
}

function mode(path: string, bits: number): void {
  chmodSync(join(folder.path, path), bits);
}

describe.skipIf(!hasModes)("a file", () => {
  it("may be loaded where only its user and group may write", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b/geo.mjs", 0o664);
    mode("a/b", 0o775);
    expect(found()).toBe("");
  });

  it("may not be loaded where everybody may write it", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b/geo.mjs", 0o666);
    expect(found()).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_WRITABLE: a/b/geo.mjs is not loaded: everybody may write it
        hint: chmod o-w a/b/geo.mjs
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      1 error"
    `);
  });

  it("is named so that the command can be copied", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b/geo.mjs", 0o666);
    const [finding] = writableByAll(join(folder.path, "a/b/geo.mjs"), "my plugins/geo.mjs");
    expect(finding?.hint).toMatch(/^chmod o-w 'my plugins\/geo\.mjs'\n/);
  });

  it("may not be loaded where everybody may write in its folder, or in one above", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b", 0o777);
    mode("a", 0o777);
    expect(found()).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_WRITABLE: nothing is loaded from BASE/a: everybody may write in that folder
        hint: chmod o-w BASE/a
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      error MILLRACE_ARTEFACT_WRITABLE: nothing is loaded from BASE/a/b: everybody may write in that folder
        hint: chmod o-w BASE/a/b
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      2 errors"
    `);
  });

  it("may be loaded from below a sticky folder, where it belongs to the user", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b", 0o1777);
    mode("a", 0o1777);
    expect(found()).toBe("");
  });

  it.skipIf(!isRoot)("may not be loaded from a sticky folder, where it belongs to a stranger", () => {
    folder.write({ "a/b/geo.mjs": "" });
    mode("a/b", 0o1777);
    chownSync(join(folder.path, "a/b/geo.mjs"), 4711, 4711);
    expect(found()).toMatchInlineSnapshot(`
      "error MILLRACE_ARTEFACT_WRITABLE: nothing is loaded from BASE/a/b/geo.mjs: it lies in BASE/a/b, where everybody may write, and belongs to another user (4711)
        hint: chown it to the user that loads it, or to root
              or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine
      1 error"
    `);
    mode("a/b", 0o755);
    expect(found()).toBe("");
  });

  it("is judged behind a symbolic link, and so is the folder of the link", () => {
    folder.write({ "real/deep/geo.mjs": "" });
    mkdirSync(join(folder.path, "links"));
    symlinkSync("../real/deep/geo.mjs", join(folder.path, "links/geo.mjs"));
    symlinkSync("links", join(folder.path, "more"));
    expect(found("more/geo.mjs")).toBe("");
    mode("real", 0o777);
    expect(found("more/geo.mjs")).toContain("nothing is loaded from BASE/real: everybody may write in that folder");
    mode("real", 0o755);
    mode("links", 0o777);
    expect(found("more/geo.mjs")).toContain("nothing is loaded from BASE/links: everybody may write in that folder");
    mode("links", 0o755);
    mode("real/deep/geo.mjs", 0o646);
    expect(found("more/geo.mjs")).toContain("more/geo.mjs is not loaded: everybody may write it");
  });
});

it("the environment says how careful the loader is", () => {
  expect(loaderSettings({})).toEqual({ allowWritable: false, requireManifest: false });
  for (const on of ["1", "true", "YES", " on "]) {
    expect(loaderSettings({ MILLRACE_ALLOW_WRITABLE_PLUGINS: on, MILLRACE_REQUIRE_MANIFESTS: on })).toEqual({ allowWritable: true, requireManifest: true });
  }
  for (const off of ["", "0", "no", "maybe"]) expect(loaderSettings({ MILLRACE_ALLOW_WRITABLE_PLUGINS: off }).allowWritable).toBe(false);
});
