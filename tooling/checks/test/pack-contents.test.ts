import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compareContents, contentsOf } from "../pack-contents.mjs";

test("lists an archive: the outputs of a source on one line, and chunks of the bundler without their hashes", async () => {
  const names = ["package.json", "dist/a/b.js", "dist/a/b.d.ts", "dist/a/b.js.map", "dist/chunks/one-AB12CD34.js", "dist/chunks/two-ZZ12CD34.js", "bin/x.mjs"];
  expect(await contentsOf(archiveOf(names))).toBe("bin/x.mjs\ndist/a/b.{d.ts,js,js.map}\ndist/chunks/*.{js}\npackage.json\n");
});

test("says what an archive has more or less than its list, and which list is of no package", () => {
  const folder = scratch();
  compareContents(
    new Map([
      ["@millrace/a", "LICENSE\ndist/index.{js}\n"],
      ["@millrace/gone", "LICENSE\n"],
    ]),
    { fix: true, folder },
  );
  const found = new Map([
    ["@millrace/a", "LICENSE\nsecrets.env\n"],
    ["@millrace/b", "LICENSE\n"],
  ]);
  expect(compareContents(found, { folder })).toEqual([
    "gone.txt lists a package that is not published",
    "@millrace/a: its archive has no dist/index.{js} any more",
    "@millrace/a: its archive has secrets.env, which is new",
    "@millrace/b: its archive has LICENSE, which is new",
  ]);
  expect(compareContents(found, { fix: true, folder })).toEqual([]);
  expect(compareContents(found, { folder })).toEqual([]);
});

function archiveOf(names: readonly string[]): string {
  const folder = scratch();
  for (const name of names) {
    mkdirSync(dirname(join(folder, "package", name)), { recursive: true });
    writeFileSync(join(folder, "package", name), "");
  }
  const archive = join(folder, "archive.tgz");
  execFileSync("tar", ["-czf", archive, "-C", folder, ...names.map((name) => `package/${name}`)]);
  return archive;
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "pack-contents-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
