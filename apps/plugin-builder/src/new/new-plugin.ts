import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { MillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";
import { shellWord } from "@millrace/text";
import { workspaceOf } from "../release/workspace.ts";
import { folderFaults, kindFaults, nameFaults } from "./check.ts";
import { PLUGINS, workspaceFiles } from "./in-workspace.ts";
import { isKind, KINDS, type NewKind } from "./kinds.ts";
import { standaloneFiles, standaloneReadme } from "./standalone.ts";
import { exampleTrace, type Names, type PackageFiles, templateFiles } from "./templates.ts";

export interface NewPluginOptions {
  /** The kind, as somebody has written it. */
  readonly kind: string;
  /** The name of the plugin, as configurations are to call it. */
  readonly name: string;
  /** The folder of the new package. Default: `NAME` in `cwd`; for one who stands at the top of Millrace's own workspace, `packages/plugins/NAME`. */
  readonly dir?: string;
  /** The release whose versions are pinned. Asked for only where the package stands by itself: in a workspace, that pins. */
  readonly release: () => Release | Promise<Release>;
  /** Where the user stands; the current folder, if absent. */
  readonly cwd?: string;
}

/** A package that has been made. */
export interface NewPlugin {
  readonly kind: NewKind;
  readonly name: string;
  readonly packageName: string;
  /** The folder, absolute. */
  readonly folder: string;
  /** The files in it, by their paths, with `/`. */
  readonly files: readonly string[];
  /** The workspace that it is a package of, if any. */
  readonly workspace: string | undefined;
  /** The commands that come next, for people. */
  readonly next: readonly string[];
}

/**
 * Makes the package of a new plugin: sources, tests, README, a pipeline to try it with, and exact pins. It builds, passes
 * its tests and runs as it is. In the folder of the plugins of Millrace's own workspace it takes the form of those; anywhere
 * else it stands by itself.
 *
 * Throws a `MillraceError` with all that is wrong: `MILLRACE_NEW_KIND`, `MILLRACE_NEW_NAME`, `MILLRACE_NEW_FOLDER`,
 * `MILLRACE_NEW_RELEASE`. Nothing is overwritten, and nothing is left behind by a failure.
 */
export async function newPlugin(options: NewPluginOptions): Promise<NewPlugin> {
  const { kind, name, cwd = process.cwd() } = options;
  const folder = resolve(cwd, options.dir ?? join(pluginsNear(resolve(cwd)) ?? "", name));
  const workspace = homeOf(folder);
  const packageName = workspace === undefined ? `millrace-plugin-${name}` : `@millrace/plugin-${name}`;
  const shown = relative(cwd, folder) || ".";

  const named = nameFaults(name, packageName);
  // A folder that is named after a bad name is not worth a word of its own.
  const placed = options.dir === undefined && named.length > 0 ? [] : folderFaults(folder, shown);
  const diagnostics = [...kindFaults(kind), ...named, ...placed];
  if (diagnostics.length > 0 || !isKind(kind)) throw new MillraceError("MILLRACE_NEW_REFUSED", "no plugin was made", { diagnostics });

  const names: Names = {
    name,
    packageName,
    codePrefix: workspace === undefined ? "" : "MILLRACE_",
    module: workspace === undefined ? `dist/${name}.mjs` : "src/index.ts",
  };
  const files = templateFiles(kind, names);
  const description = descriptionIn(files);
  if (KINDS[kind].readsTrace) files.set("example/trace.sf", exampleTrace());
  const common =
    workspace === undefined
      ? standaloneFiles(kind, name, packageName, description, await options.release())
      : workspaceFiles(workspace, kind, name, packageName, description);
  for (const [path, content] of common) files.set(path, content);
  if (workspace === undefined) files.set("README.md", standaloneReadme(kind, files.get("README.md") as string).replaceAll("template-name", name));
  write(folder, files);
  return { kind, name, packageName, folder, files: [...files.keys()].sort(), workspace, next: nextOf(kind, shown, workspace) };
}

/** The folder of the workspace's plugins, for one who stands at its top or on the way there. */
function pluginsNear(cwd: string): string | undefined {
  const workspace = workspaceOf(cwd);
  if (workspace === undefined) return undefined;
  const plugins = join(workspace, PLUGINS);
  return cwd === plugins || plugins.startsWith(cwd + sep) ? plugins : undefined;
}

/** The workspace whose plugin a folder is to be. A folder elsewhere in a workspace is none of its packages. */
function homeOf(folder: string): string | undefined {
  const workspace = workspaceOf(dirname(folder));
  return workspace !== undefined && dirname(folder) === join(workspace, PLUGINS) ? workspace : undefined;
}

/** The plugin says itself what it does. */
function descriptionIn(files: PackageFiles): string {
  const [, description = ""] = /^ {2}description: "(.*)",$/m.exec(String(files.get("src/index.ts"))) ?? [];
  return description;
}

function write(folder: string, files: PackageFiles): void {
  const wasThere = existsSync(folder);
  try {
    for (const [path, content] of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: "wx" });
    }
  } catch (cause) {
    for (const path of files.keys()) rmSync(join(folder, path.split("/")[0] as string), { recursive: true, force: true });
    if (!wasThere) rmSync(folder, { recursive: true, force: true });
    throw new MillraceError("MILLRACE_NEW_WRITE", `can't write to ${folder}`, { cause });
  }
}

function nextOf(kind: NewKind, shown: string, workspace: string | undefined): string[] {
  const { example, endless = false } = KINDS[kind];
  const until = endless ? "   # until Ctrl-C ends it" : "";
  const there = shown === "." ? [] : [`cd ${shellWord(shown)}`];
  if (workspace === undefined) return [...there, "npm install", "npm test", `npm start${until}`];
  return ["pnpm install", ...there, "vitest run", `millrace run ${example.join(" ")} -p src/index.ts${until}`];
}
