import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { foldersUp } from "../release/workspace.ts";

/** A package as it is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it lies, without symbolic links. */
  readonly folder: string;
  /** The hash of the archive it was installed from, where npm has noted it. */
  readonly integrity: string | undefined;
}

/** The package that an import from a folder would find, or `undefined`. */
export function installedPackage(name: string, from: string): InstalledPackage | undefined {
  for (const folder of foldersUp(from)) {
    const candidate = join(folder, "node_modules", name);
    const version = versionIn(candidate);
    if (version === undefined) continue;
    return { name, version, folder: realpathSync(candidate), integrity: notedIntegrity(join(folder, "node_modules"), name) };
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const version = (JSON.parse(readFileSync(file, "utf8")) as { readonly version?: unknown }).version;
  return typeof version === "string" ? version : "";
}

/** npm keeps a copy of what it has installed in `node_modules/.package-lock.json`. */
function notedIntegrity(modules: string, name: string): string | undefined {
  const file = join(modules, ".package-lock.json");
  if (!existsSync(file)) return undefined;
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as { readonly packages?: Readonly<Record<string, { readonly integrity?: string } | undefined>> };
  return packages?.[`node_modules/${name}`]?.integrity;
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
