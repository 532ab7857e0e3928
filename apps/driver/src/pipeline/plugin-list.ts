import { stat } from "node:fs/promises";
import type { Plugin, PluginSource } from "@millrace/api";
import type { Origin, Registry } from "@millrace/core";
import { printDiagnostics } from "../machine/terminal.ts";
import { builtinRegistry } from "./builtins.ts";

/** Prints all plugins. Gives the exit code. */
export async function listPlugins({ plugins = [], json = false }: { readonly plugins?: readonly string[]; readonly json?: boolean }): Promise<number> {
  const registry = builtinRegistry(await sourcesOf(plugins));
  const { plugins: found, diagnostics } = await registry.list();
  printDiagnostics(diagnostics);
  const sorted = [...found].sort((a, b) => (a.kind === b.kind ? compare(a.name, b.name) : compare(a.kind, b.kind)));
  if (json) {
    const whole = await Promise.all(sorted.map(async ({ kind, name, origin }) => describePlugin(await pluginOf(registry, kind, name), origin)));
    process.stdout.write(`${JSON.stringify(whole, undefined, 2)}\n`);
  } else {
    const width = Math.max(...sorted.map(({ name }) => name.length)) + 2;
    let kind = "";
    for (const plugin of sorted) {
      if (plugin.kind !== kind) process.stdout.write(`${kind === "" ? "" : "\n"}${plugin.kind}s\n`);
      kind = plugin.kind;
      const where = plugin.origin.from === "built-in" ? "" : ` (${plugin.origin.file})`;
      process.stdout.write(`  ${plugin.name.padEnd(width)}${plugin.description}${where}\n`);
    }
  }
  return diagnostics.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** Places to look for plugins, as a command line names them: a file, a folder, or else a package. */
export function sourcesOf(paths: readonly string[]): Promise<PluginSource[]> {
  return Promise.all(
    paths.map(async (path): Promise<PluginSource> => {
      try {
        return { from: (await stat(path)).isDirectory() ? "directory" : "file", path };
      } catch {
        // What is no path is the name of a package, unless it looks like a path.
        return { from: /^[./\\]/.test(path) ? "file" : "package", path };
      }
    }),
  );
}

async function pluginOf(registry: Registry, kind: Plugin["kind"], name: string): Promise<Plugin | undefined> {
  return (await registry.resolve(kind, name)).found?.plugin;
}

function describePlugin(plugin: Plugin | undefined, origin: Origin): Readonly<Record<string, unknown>> | undefined {
  if (plugin === undefined) return undefined;
  const { kind, name, aliases, version, description, stability, channels, hosts, ack, replicas, onLost, freeOptions } = plugin;
  return {
    kind,
    name,
    aliases,
    version,
    description,
    stability,
    channels,
    hosts,
    ack,
    replicas,
    onLost,
    freeOptions,
    origin,
    options: plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
