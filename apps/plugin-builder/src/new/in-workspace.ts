import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS, type NewKind } from "./kinds.ts";
import type { PackageFiles } from "./templates.ts";

/** The folder of the plugins in a workspace of Millrace. */
export const PLUGINS = "packages/plugins";

/** The plugin whose form a new one takes over. */
const MODEL = `${PLUGINS}/processor-example`;

/** The files that are the same for all plugins. */
const SHARED: readonly string[] = ["tsconfig.json", "tsconfig.build.json", "vitest.config.ts", "LICENSE"];

/** What a plugin is developed with, beside what it needs itself. */
const TOOLS: readonly string[] = ["@millrace/api", "@millrace/testkit", "@types/node", "typescript", "vitest"];

/** What all plugins of a workspace have beside what their templates give: the form of the plugins that are there. */
export function workspaceFiles(workspace: string, kind: NewKind, name: string, packageName: string, description: string): PackageFiles {
  const model = join(workspace, MODEL);
  const shared = SHARED.filter((file) => existsSync(join(model, file))).map((file): [string, string] => [file, readFileSync(join(model, file), "utf8")]);
  const manifest = JSON.parse(readFileSync(join(model, "package.json"), "utf8")) as Record<string, unknown>;
  return new Map([...shared, ["package.json", `${JSON.stringify(renamed(manifest, kind, name, packageName, description), undefined, 2)}\n`]]);
}

/** The model's package.json for another plugin. It begins at 0.0.0: its first change file makes it 0.1.0. */
function renamed(model: Readonly<Record<string, unknown>>, kind: NewKind, name: string, packageName: string, description: string): Record<string, unknown> {
  const { tryWith } = KINDS[kind];
  const own: Readonly<Record<string, unknown>> = {
    name: packageName,
    version: "0.0.0",
    description,
    repository: { ...(model["repository"] as object), directory: `${PLUGINS}/${name}` },
    peerDependencies: undefined,
    devDependencies: undefined,
    dependencies: undefined,
  };
  const { dependencies: _, peerDependencies, devDependencies, ...rest } = model;
  const tools = Object.entries(devDependencies as Readonly<Record<string, string>>).filter(([tool]) => TOOLS.includes(tool));
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, key in own ? own[key] : value])),
    dependencies: { zod: "catalog:" },
    peerDependencies,
    devDependencies: Object.fromEntries(tools),
    ...(tryWith !== undefined && { millrace: { try: { [name]: tryWith } } }),
  };
}
