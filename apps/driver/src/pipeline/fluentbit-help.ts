import type { PluginKind } from "@millrace/api";
import { BUILTINS, builtinRegistry } from "./builtins.ts";
import { optionLines } from "./option-lines.ts";

const KINDS: readonly (readonly [PluginKind, string])[] = [
  ["input", "Inputs"],
  ["filter", "Filters"],
  ["output", "Outputs"],
];

/** The built-in plugins, for the usage text. */
export function pluginList(): string {
  return KINDS.map(([kind, title]) => {
    const plugins = BUILTINS.filter((plugin) => plugin.kind === kind);
    return plugins.length === 0 ? "" : `${title}\n${plugins.map(({ name, description }) => `  ${name.padEnd(24)}${description}\n`).join("")}\n`;
  })
    .join("")
    .trimEnd()
    .concat("\n");
}

/** Prints the options of a plugin. Gives the exit code. */
export async function printPluginHelp(kind: PluginKind, name: string): Promise<number> {
  const { found, diagnostics } = await builtinRegistry().resolve(kind, name, { caseless: true });
  if (found === undefined) {
    for (const { message, hint } of diagnostics) process.stderr.write(`fluent-bit: ${message}${hint ? `\n  ${hint.replaceAll("\n", "\n  ")}` : ""}\n`);
    return 1;
  }
  const { plugin } = found;
  process.stdout.write(
    `Help for plugin ${plugin.name}\n\nDESCRIPTION\n  ${plugin.description}\n\nOPTIONS\n${optionLines(plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }))}`,
  );
  return 0;
}
