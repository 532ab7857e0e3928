import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { NewKind } from "./kinds.ts";

/** A file of a package, by its path in it, with `/`. */
export type PackageFiles = Map<string, string | Uint8Array>;

/** What stands in a template for the names of the new plugin. A template is a package that works: its plugin is called `template-name`. */
export interface Names {
  /** The plugin: `template-name`. In names of metrics it is `template_name`, in codes of errors `TEMPLATE_NAME`. */
  readonly name: string;
  /** The package: `template-package`. */
  readonly packageName: string;
  /** What comes before the name in codes of errors. */
  readonly codePrefix: string;
  /** The module that pipelines load, seen from the package: `dist/template-name.mjs`. */
  readonly module: string;
}

/** The files of the template of a kind, with the names put in. */
export function templateFiles(kind: NewKind, names: Names): PackageFiles {
  const folder = join(templatesFolder(), kind);
  const files: PackageFiles = new Map();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(named(relative(folder, path).split(sep).join("/"), names), named(readFileSync(path, "utf8"), names));
  }
  return files;
}

/** The trace that the examples of SysFlow read. */
export function exampleTrace(): Uint8Array {
  return readFileSync(join(templatesFolder(), "trace.sf"));
}

function named(text: string, { name, packageName, codePrefix, module }: Names): string {
  const word = name.replaceAll(/\W/g, "_");
  return text
    .replaceAll("dist/template-name.mjs", module)
    .replaceAll("template-package", packageName)
    .replaceAll("template-name", name)
    .replaceAll("template_name", word)
    .replaceAll("TEMPLATE_NAME", `${codePrefix}${word.toUpperCase()}`);
}

/** The templates lie at the top of this package, whether it runs from its sources or as it was built. */
function templatesFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "templates")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "templates");
}
