import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** The package that a file belongs to. */
export interface OwningPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or `NOASSERTION` where the package names none. */
  readonly license: string;
  /** Absolute. */
  readonly folder: string;
}

/** Finds the packages of files, each package.json read once. */
export class PackageFinder {
  readonly #byFolder = new Map<string, OwningPackage | undefined>();

  /** The package whose package.json, with a name and a version, is the nearest above a file. */
  of(file: string): OwningPackage | undefined {
    return this.#in(dirname(file));
  }

  #in(folder: string): OwningPackage | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder);
    const above = dirname(folder);
    const found = packageIn(folder) ?? (above === folder ? undefined : this.#in(above));
    this.#byFolder.set(folder, found);
    return found;
  }
}

/** A file by its package: `zod@4.6.7/v4/index.js`. The same wherever the package is installed. */
export function nameInPackage(file: string, owner: OwningPackage): string {
  return `${owner.name}@${owner.version}/${relative(owner.folder, file).split(sep).join("/")}`;
}

function packageIn(folder: string): OwningPackage | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const { name, version, license, licenses } = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  return { name, version, license: licenseOf(license ?? licenses), folder };
}

/** `license` is an expression; packages of old have an object with a type, or a list of those to choose from. */
function licenseOf(license: unknown): string {
  if (typeof license === "string" && license.trim() !== "") return license.trim();
  if (Array.isArray(license) && license.length > 0) {
    const each = license.map(licenseOf);
    return each.length === 1 ? (each[0] as string) : `(${each.join(" OR ")})`;
  }
  if (license !== null && typeof license === "object") return licenseOf((license as { readonly type?: unknown }).type);
  return "NOASSERTION";
}
