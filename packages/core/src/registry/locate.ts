import { accessSync, constants, type Dirent, existsSync, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { entryOfFolder } from "./package-entry.ts";

/** A file that may hold plugins. */
export interface PluginFile {
  /** What a configuration would call it: its name, or that of its folder, without extension. */
  readonly stem: string;
  /** As the user named the folder, with the file. */
  readonly shown: string;
  /** The absolute path without symbolic links: two paths to one file are one. */
  readonly path: string;
  /** The absolute path as it was named. */
  readonly named: string;
  /** The folder of the package that it was found in, where it was. */
  readonly packageFolder?: string;
}

/** The extensions of plugin files. Of two files that differ only in this, the first is taken. */
const EXTENSIONS = [".mjs", ".js", ".cjs", ".ts", ".mts"];

/** Whether something stands at a path, and what. Nothing does where it can't be seen. */
export function standsAt(base: string, path: string): "file" | "directory" | "nothing" {
  const { stat } = seenAt(base, path);
  return stat === undefined ? "nothing" : stat.isDirectory() ? "directory" : "file";
}

/** Why what stands at a path can't be used, where something is there: it may not be seen or read, or is a link to itself. */
export function obstacleAt(base: string, path: string): unknown {
  const { stat, cause } = seenAt(base, path);
  if (stat === undefined) return cause ?? (leadsNowhere(base, path) ? new Error("it is a symbolic link that leads nowhere") : undefined);
  try {
    if (stat.isDirectory()) readdirSync(resolve(base, path));
    else accessSync(resolve(base, path), constants.R_OK);
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/** Whether a path is a symbolic link to nothing, or to itself. */
export function leadsNowhere(base: string, path: string): boolean {
  try {
    return standsAt(base, path) === "nothing" && lstatSync(resolve(base, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    // A folder on the way can't be entered: that is told of the folder.
    return false;
  }
}

function seenAt(base: string, path: string): { readonly stat?: Stats; readonly cause?: unknown } {
  try {
    const stat = statSync(resolve(base, path), { throwIfNoEntry: false });
    return stat === undefined ? {} : { stat };
  } catch (cause) {
    return { cause };
  }
}

/** A file by its path. */
export function pluginFile(base: string, path: string): PluginFile {
  const name = path
    .replace(/[\\/]+$/, "")
    .split(/[\\/]/)
    .at(-1) as string;
  return { stem: withoutExtension(name), shown: path, path: realpathSync(resolve(base, path)), named: resolve(base, path) };
}

/** The file for a name in a folder: `NAME.mjs` and its kin, or what a folder `NAME` holds. */
export function fileFor(base: string, folder: string, name: string): PluginFile | undefined {
  if (name === "" || name === "." || name === ".." || /[\\/\0]/.test(name)) return undefined;
  for (const extension of EXTENSIONS) {
    const path = join(folder, name + extension);
    if (standsAt(base, path) === "file") return pluginFile(base, path);
  }
  return standsAt(base, join(folder, name)) === "directory" ? fileInFolder(base, join(folder, name), name) : undefined;
}

/** Files that stand beside plugins where these are written: declarations, tests, and the configurations of tools. */
const NO_PLUGIN = /\.(?:d|test|spec|config)\.[cm]?[jt]s$/;

/** Every file of a folder that may hold plugins, by name. */
export function filesIn(base: string, folder: string): PluginFile[] {
  const stems = new Set<string>();
  for (const entry of entriesOf(base, folder)) {
    if (entry.name.startsWith(".") || entry.name === "node_modules" || NO_PLUGIN.test(entry.name)) continue;
    if (standsAt(base, join(folder, entry.name)) === "directory") stems.add(entry.name);
    else if (EXTENSIONS.includes(extname(entry.name))) stems.add(withoutExtension(entry.name));
  }
  return [...stems]
    .sort()
    .map((stem) => fileFor(base, folder, stem))
    .filter((file) => file !== undefined);
}

/** `NAME/NAME.mjs` and its kin, what `NAME/package.json` names, or `NAME/index.mjs` and its kin. */
function fileInFolder(base: string, folder: string, name: string): PluginFile | undefined {
  const named = (stem: string): string | undefined =>
    EXTENSIONS.map((extension) => join(folder, stem + extension)).find((path) => standsAt(base, path) === "file");
  const own = named(name);
  const isPackage = existsSync(resolve(base, folder, "package.json"));
  const entry = own === undefined && isPackage ? entryOfFolder(resolve(base, folder)) : undefined;
  const path = own ?? (entry && join(folder, relative(resolve(base, folder), entry))) ?? named("index");
  return path === undefined ? undefined : { ...pluginFile(base, path), stem: name, ...(isPackage && { packageFolder: resolve(base, folder) }) };
}

/** The manifests of a folder that stand alone: that of `NAME`, or every one. */
export function lonelyManifests(base: string, folder: string, name?: string): LonelyManifest[] {
  const stems = name === undefined ? entriesOf(base, folder).flatMap(stemOfManifest) : [name];
  return stems
    .map((stem) => ({ stem, shown: join(folder, `${stem}${MANIFEST}`) }))
    .filter(({ stem, shown }) => fileFor(base, folder, stem) === undefined && standsAt(base, shown) === "file");
}

/** A manifest without the file that it describes. */
export interface LonelyManifest {
  readonly stem: string;
  readonly shown: string;
}

const MANIFEST = ".manifest.json";

function stemOfManifest({ name }: Dirent): string[] {
  return name.endsWith(MANIFEST) && !name.startsWith(".") ? [name.slice(0, -MANIFEST.length)] : [];
}

function entriesOf(base: string, folder: string): Dirent[] {
  // That it can't be read is told when the folder is opened.
  return obstacleAt(base, folder) === undefined ? readdirSync(resolve(base, folder), { withFileTypes: true }) : [];
}

function withoutExtension(name: string): string {
  const extension = extname(name);
  return EXTENSIONS.includes(extension) ? name.slice(0, -extension.length) : name;
}
