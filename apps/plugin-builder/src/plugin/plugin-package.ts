import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import { valid } from "semver";
import { PackageFile } from "./package-file.ts";

/** The package of a plugin, as its author has it. */
export interface PluginPackage {
  /** The folder as the user named it. */
  readonly shown: string;
  /** The folder, absolute and without symbolic links. */
  readonly folder: string;
  /** Its name as npm knows it. */
  readonly name: string;
  /** What its files are called: the name without scope and `millrace-plugin-`. */
  readonly shortName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The module that is bundled, relative to the folder, with `/`. */
  readonly entry: string;
  readonly file: PackageFile;
}

/** The modules that are looked for, where `exports` names none with the condition `@millrace/source`. */
const ENTRIES: readonly string[] = ["src/index.ts", "src/index.mts", "src/index.js", "src/index.mjs", "index.ts", "index.mjs", "index.js"];

/** Reads the package of a plugin. Throws `MILLRACE_BUILDER_PACKAGE` with all that is wrong with it. */
export function readPluginPackage(shown: string): PluginPackage {
  if (statSync(resolve(shown), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new MillraceError("MILLRACE_BUILDER_PACKAGE", `${shown} is no folder`, {
      hint: "name the folder of a plugin's package: plugin-builder build FOLDER",
    });
  }
  const folder = realpathSync(resolve(shown));
  const file = readPackageFile(folder, shown);
  const found: Diagnostic[] = [];
  const name = file.text("name") ?? "";
  const version = file.text("version") ?? "";
  if (name === "") found.push(faulty(file, "name", "the package has no name"));
  if (valid(version) === null) found.push(faulty(file, "version", version === "" ? "the package has no version" : `"${version}" is no version`));
  const license = file.text("license") ?? "";
  if (license === "")
    found.push({ ...faulty(file, "license", "the package says nothing of its licence"), hint: 'an SPDX expression: "license": "Apache-2.0"' });
  const entry = entryOf(folder, file);
  if (entry === undefined) {
    const hint = `name it in package.json: "exports": { ".": { "@millrace/source": "./src/index.ts", … } }; looked for ${ENTRIES.join(", ")}`;
    found.push({ ...faulty(file, "exports", "the package has no module to build"), hint });
  }
  if (found.length > 0 || entry === undefined)
    throw new MillraceError("MILLRACE_BUILDER_PACKAGE", `${shown} is no package of a plugin`, { diagnostics: found });
  return { shown, folder, name, shortName: shortNameOf(name), version, description: file.text("description") ?? "", license, entry, file };
}

/** The name without scope and without the usual prefix: `@a/plugin-geo` and `millrace-plugin-geo` are `geo`. */
export function shortNameOf(name: string): string {
  const bare = name.slice(name.lastIndexOf("/") + 1);
  return bare.replace(/^(?:millrace-)?plugin-(?=.)/, "");
}

function readPackageFile(folder: string, shown: string): PackageFile {
  const path = join(folder, "package.json");
  if (!existsSync(path)) {
    throw new MillraceError("MILLRACE_BUILDER_PACKAGE", `${shown} has no package.json`, {
      hint: "name the folder of a plugin's package: plugin-builder build FOLDER",
    });
  }
  const shownFile = shown === "." ? "package.json" : join(shown, "package.json");
  try {
    return new PackageFile(shownFile, readFileSync(path, "utf8"));
  } catch (cause) {
    throw new MillraceError("MILLRACE_BUILDER_PACKAGE", `${shownFile} is no JSON object`, { cause });
  }
}

/** What `exports` names for sources, a usual file, or what the package is imported by. */
function entryOf(folder: string, file: PackageFile): string | undefined {
  const exported = file.values["exports"];
  const main = isTable(exported) && "." in exported ? exported["."] : exported;
  const candidates = [isTable(main) ? main["@millrace/source"] : undefined, ...ENTRIES, ...plainEntries(main), file.text("main")];
  const found = candidates.find((path) => typeof path === "string" && statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true);
  return typeof found === "string" ? found.replace(/^\.\//, "") : undefined;
}

function plainEntries(target: unknown): unknown[] {
  if (typeof target === "string") return [target];
  return isTable(target) ? [target["import"], target["node"], target["default"]].flatMap(plainEntries) : [];
}

function faulty(file: PackageFile, key: string, message: string): Diagnostic {
  return { severity: "error", code: "MILLRACE_BUILDER_PACKAGE", message, place: file.place(key) };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
