import { lstat, stat } from "node:fs/promises";
import type { PluginSource } from "@millrace/api";
import type { LoaderSettings } from "@millrace/core";

/** What the commands that take plugins have in common. */
export interface PluginFlags {
  /** Further places to look for plugins. */
  readonly plugins?: readonly string[];
  readonly allowWritablePlugins?: boolean;
  readonly requireManifests?: boolean;
}

/** How careful the loader is asked to be. */
export function loaderFlags({ allowWritablePlugins, requireManifests }: PluginFlags): LoaderSettings {
  return { allowWritable: allowWritablePlugins, requireManifest: requireManifests };
}

/** Places to look for plugins, as a command line names them: a file, a folder, or else a package. */
export function sourcesOf(paths: readonly string[]): Promise<PluginSource[]> {
  return Promise.all(
    paths.map(async (path): Promise<PluginSource> => {
      try {
        return { from: (await stat(path)).isDirectory() ? "directory" : "file", path };
      } catch {
        // What is no path is the name of a package, unless it looks like a path, or is a link that leads nowhere.
        return { from: /^[./\\~]|\.[cm]?[jt]s$/.test(path) || (await isLink(path)) ? "file" : "package", path };
      }
    }),
  );
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    // Nothing stands there.
    return false;
  }
}
