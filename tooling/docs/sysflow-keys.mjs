// The table of docs/configuration/sysflow.md: every key of the drivers, stages and handlers that are built in.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap/workspace.mjs";
import { environmentOf } from "./environment.mjs";
import { cell, code, table, withPart } from "./markdown.mjs";
import { optionsOf } from "./options.mjs";
import { pluginPackages } from "./plugins.mjs";

const PAGE = "docs/configuration/sysflow.md";

export async function sysflowKeys() {
  const plugins = (await pluginPackages()).flatMap(({ plugins }) => plugins);
  const rows = plugins.flatMap((plugin) => {
    const variable = environmentOf(plugin, plugins);
    if (variable === undefined) return [];
    return optionsOf(plugin).map((option) => [
      `[${plugin.name}](../plugins/${plugin.kind}-${plugin.name}.md)`,
      code(option.name),
      code(variable(option.name)),
      option.required ? "required" : option.default === undefined ? "" : code(String(option.default)),
      cell(option.description),
    ]);
  });
  const text = readFileSync(join(root, PAGE), "utf8");
  return new Map([[PAGE, withPart(text, "keys", table(["stage or driver", "key", "environment", "default", "what it does"], rows), PAGE)]]);
}
