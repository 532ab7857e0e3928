// Where things are in the workspace, and which packages it has. Runs on Node 18 and newer, without any package.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const bin = join(root, "node_modules", ".bin");

/** The folders that hold packages, as pnpm-workspace.yaml names them. */
const groups = ["packages", "packages/plugins", "apps", "examples", "tooling"];

/** Every package of the workspace, or of a tree like it: its folder (`path` is relative, with `/`), and its package.json. */
export function packages(tree = root) {
  return groups
    .filter((group) => existsSync(join(tree, group)))
    .flatMap((group) => readdirSync(join(tree, group), { withFileTypes: true }).map((entry) => join(tree, group, entry.name)))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({
      folder,
      path: relative(tree, folder).split("\\").join("/"),
      manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The surroundings of every command: the workspace's own Node and tools come first, and nothing phones home. */
export function environment(extra = {}) {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    DO_NOT_TRACK: "1",
    npm_config_update_notifier: "false",
    ...extra,
  };
}
