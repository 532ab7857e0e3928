import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "@millrace/api";
import { npm, npmError } from "../npm/npm.ts";
import { type InstalledPackage, installedPackage } from "../plugin/installed.ts";
import { readPluginPackage } from "../plugin/plugin-package.ts";
import type { ResolvedRelease } from "../release/resolve.ts";
import { foldersUp } from "../release/workspace.ts";
import type { CommandName, ListedPlugin } from "./read-manifest.ts";

const DRIVER = "@millrace/driver";

/** Where the driver of a distribution and its packages lie while it is made. */
export interface DriverPlace {
  /** The folder that names of packages are resolved from, and that inputs are named from. */
  readonly base: string;
  /** Whether packages are taken from their sources. */
  readonly fromSources: boolean;
  /** The module of a command, without any plugin in it. */
  commandModule(command: CommandName): string;
  /** A package with plugins, or `undefined` where it is not there. */
  find(name: string): FoundPackage | undefined;
}

export interface FoundPackage extends Pick<InstalledPackage, "name" | "version" | "folder"> {
  /** What imports it: its name, or where it has to be taken from its sources, the absolute path of its module. */
  readonly specifier: string;
}

/** The packages of a workspace, from their sources. */
export function workspacePlace(workspace: string): DriverPlace {
  const folders = readdirSync(join(workspace, "packages", "plugins")).map((name) => join(workspace, "packages", "plugins", name));
  const names = new Map(folders.filter((folder) => existsSync(join(folder, "package.json"))).map((folder) => [nameIn(folder), folder]));
  return {
    base: workspace,
    fromSources: true,
    commandModule: (command) => join(workspace, "apps", "driver", "src", `${command}.ts`),
    find(name) {
      const folder = names.get(name);
      if (folder === undefined) return undefined;
      const { version, entry } = readPluginPackage(folder);
      return { name, version, folder, specifier: join(folder, entry) };
    },
  };
}

/** What is installed near a folder. Throws `MILLRACE_DIST_DRIVER` where there is no driver. */
export function installedPlace(near: string): DriverPlace {
  const base = foldersUp(near).find((folder) => existsSync(join(folder, "node_modules", DRIVER, "package.json")));
  if (base !== undefined) return placeIn(base);
  throw new MillraceError("MILLRACE_DIST_DRIVER", `no driver is installed near ${near}`, {
    hint: `npm install --save-exact ${DRIVER}, or name a release: driver: VERSION`,
  });
}

/** Installs a driver and packages, each in its exact version, into an empty folder, with the `.npmrc` that holds near another one. */
export async function fetchedPlace(folder: string, near: string, { release }: ResolvedRelease, plugins: readonly ListedPlugin[]): Promise<DriverPlace> {
  const listed = plugins.flatMap((plugin) => (plugin.from === "package" ? [[plugin.name, plugin.version] as const] : []));
  const dependencies = Object.fromEntries([...listed, [DRIVER, release.driver] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const settings = foldersUp(near)
    .map((each) => join(each, ".npmrc"))
    .find((file) => existsSync(file));
  if (settings !== undefined) copyFileSync(settings, join(folder, ".npmrc"));
  // What packages ask of their peers is compared with the release afterwards, all at once.
  const args = ["install", "--json", "--prefer-offline", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock"];
  const { failure } = await npm(args, folder);
  if (failure !== undefined) throw npmError("the packages of the distribution can't be installed", failure);
  return placeIn(folder);
}

function placeIn(base: string): DriverPlace {
  return {
    base,
    fromSources: false,
    commandModule: (command) => join(base, "node_modules", DRIVER, "dist", "unlinked", `${command}.js`),
    find(name) {
      const found = installedPackage(name, base);
      return found === undefined ? undefined : { ...found, specifier: name };
    },
  };
}

function nameIn(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly name: string }).name;
}
