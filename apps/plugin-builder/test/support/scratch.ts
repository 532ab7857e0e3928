import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { release } from "@millrace/release";
import { afterAll } from "vitest";

/** The folder of the workspace. */
export const root: string = resolve(import.meta.dirname, "../../../..");

/** The version of the API that the workspace has. */
export const API_VERSION: string = release.packages["@millrace/api"]?.version ?? "";

/** The versions of the workspace, to be hidden in what is compared: they change with each release. */
export const VERSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  [release.driver, ...Object.values(release.packages).map(({ version }) => version)].map((version) => [version, "VERSION"]),
);

/** A folder that is gone after the tests of a file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "millrace-builder-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder; what is no text is written as JSON. */
export function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
  }
}

/** A package.json of a plugin, with more keys or others. */
export function packageJson(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { name: "millrace-plugin-geo", version: "1.2.0", license: "MIT", type: "module", devDependencies: { "@millrace/api": API_VERSION }, ...more };
}

/** Puts packages of the workspace into the `node_modules` of a folder. */
export function linkPackages(folder: string, ...names: readonly string[]): void {
  mkdirSync(join(folder, "node_modules", "@millrace"), { recursive: true });
  for (const name of names) symlinkSync(join(root, "packages", name), join(folder, "node_modules", "@millrace", name));
}
