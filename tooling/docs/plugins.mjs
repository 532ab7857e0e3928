// The packages of plugins, and the plugins that each of them exports, loaded from the sources.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isPlugin } from "../../packages/api/src/index.ts";
import { packages } from "../bootstrap/workspace.mjs";

/** Every package under packages/plugins: its folder, its package.json, its README, and its plugins in order of kind and name. */
export async function pluginPackages() {
  const all = packages().filter(({ path }) => path.startsWith("packages/plugins/"));
  return Promise.all(
    all.map(async ({ path, folder, manifest }) => {
      const module = await import(pathToFileURL(join(folder, "src/index.ts")).href);
      const plugins = [...new Set(Object.values(module).filter(isPlugin))].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
      return { path, folder, manifest, readme: readFileSync(join(folder, "README.md"), "utf8"), plugins };
    }),
  );
}

/** A plugin as the native dialect names it: `output/stdout`. */
export function titleOf({ kind, name }) {
  return `${kind}/${name}`;
}
