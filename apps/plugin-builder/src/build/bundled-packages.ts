import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Metafile } from "esbuild";
import { type OwningPackage, PackageFinder } from "./package-of.ts";

/** A package whose code is in a bundle. */
export interface BundledInput extends OwningPackage {
  /** The packages in the bundle that it imports, by name and version. */
  readonly imports: readonly string[];
}

/** The package of each input, by the name that esbuild gives to it. `folder` is what those names are relative to. */
export function ownersOf(metafile: Metafile, folder: string): Map<string, OwningPackage> {
  const finder = new PackageFinder();
  const owners = new Map<string, OwningPackage>();
  for (const input of Object.keys(metafile.inputs)) {
    // What a plugin of esbuild makes up is no file, and belongs to nobody.
    const path = resolve(folder, input);
    const owner = existsSync(path) ? finder.of(path) : undefined;
    if (owner !== undefined) owners.set(input, owner);
  }
  return owners;
}

/**
 * The packages of which something is left in the outputs, and what each imports of the others. `own` is the folder of the
 * package that all is made for: it is not among them, and what it imports is told apart.
 */
export function packagesIn(
  metafile: Metafile,
  owners: ReadonlyMap<string, OwningPackage>,
  own: string,
): { readonly packages: readonly BundledInput[]; readonly imports: readonly string[] } {
  const packages = new Map<string, OwningPackage>();
  const imports = new Map<string, Set<string>>();
  const keyOf = (owner: OwningPackage): string => (owner.folder === own ? "" : `${owner.name}@${owner.version}`);
  for (const input of usedInputs(metafile)) {
    const owner = owners.get(input);
    if (owner === undefined) continue;
    const key = keyOf(owner);
    if (key !== "") packages.set(key, owner);
    const targets = imports.get(key) ?? new Set<string>();
    imports.set(key, targets);
    // The module that is imported may only hand others on, and have left nothing in the bundle: its package counts.
    for (const { path } of metafile.inputs[input]?.imports ?? []) {
      const target = owners.get(path);
      if (target !== undefined && keyOf(target) !== key && keyOf(target) !== "") targets.add(keyOf(target));
    }
  }
  const sorted = (key: string): string[] => [...(imports.get(key) ?? [])].filter((target) => packages.has(target)).sort();
  return {
    packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, owner]) => ({ ...owner, imports: sorted(key) })),
    imports: sorted(""),
  };
}

function usedInputs(metafile: Metafile): Set<string> {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  return new Set(used.map(([input]) => input));
}
