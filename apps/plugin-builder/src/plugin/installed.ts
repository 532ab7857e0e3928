import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { foldersUp } from "../release/workspace.ts";

/** A package as it is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it lies, without symbolic links. */
  readonly folder: string;
  /** The folder `node_modules` that it was found in. */
  readonly modules: string;
}

/** The package that an import from a folder would find, or `undefined`. */
export function installedPackage(name: string, from: string): InstalledPackage | undefined {
  for (const folder of foldersUp(from)) {
    const modules = join(folder, "node_modules");
    const version = versionIn(join(modules, name));
    if (version !== undefined) return { name, version, folder: realpathSync(join(modules, name)), modules };
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const version = (JSON.parse(readFileSync(file, "utf8")) as { readonly version?: unknown }).version;
  return typeof version === "string" ? version : "";
}

/** The hashes of the archives that packages were installed from, where npm has noted them: it keeps a copy of its lock file in `node_modules`. */
export class ArchiveHashes {
  readonly #byModules = new Map<string, Readonly<Record<string, { readonly integrity?: string } | undefined>>>();

  of({ name, modules }: InstalledPackage): string | undefined {
    const noted = this.#byModules.get(modules) ?? notedIn(modules);
    this.#byModules.set(modules, noted);
    return noted[`node_modules/${name}`]?.integrity;
  }
}

function notedIn(modules: string): Readonly<Record<string, { readonly integrity?: string } | undefined>> {
  const file = join(modules, ".package-lock.json");
  if (!existsSync(file)) return {};
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly packages?: Readonly<Record<string, { readonly integrity?: string }>> }).packages ?? {};
}

/** What installs packages where a folder is: told by the lock file that lies there or above. */
export function packageManagerOf(folder: string): "npm" | "pnpm" | "yarn" | "bun" {
  for (const candidate of foldersUp(folder)) {
    const has = (...files: readonly string[]): boolean => files.some((file) => existsSync(join(candidate, file)));
    if (has("package-lock.json", "npm-shrinkwrap.json")) return "npm";
    if (has("pnpm-lock.yaml")) return "pnpm";
    if (has("yarn.lock")) return "yarn";
    if (has("bun.lock", "bun.lockb")) return "bun";
    if (candidate === dirname(candidate)) break;
  }
  return "npm";
}
