import type { Diagnostic, Plugin } from "@millrace/api";
import type { PluginListing, RefusedFile, Registry } from "@millrace/core";
import { ansiPalette, didYouMean, plainPalette } from "@millrace/text";
import { coloured, printDiagnostics } from "../machine/terminal.ts";
import { builtinRegistry } from "./builtins.ts";
import { loaderFlags, type PluginFlags, sourcesOf } from "./plugin-flags.ts";
import { pluginPage, pluginTable, refusedTable } from "./plugin-table.ts";

export interface PluginListOptions extends PluginFlags {
  /** Shows only plugins of this name, with their options. */
  readonly name?: string | undefined;
  readonly json?: boolean;
}

/** A plugin of a list, with all that is known of it. */
export interface DescribedPlugin {
  readonly listing: PluginListing;
  /** Absent where another plugin of its name makes it impossible to say which is meant. */
  readonly plugin: Plugin | undefined;
}

/** How wide a list is that nobody looks at on a terminal. */
const WIDTH = 120;

/** Prints all plugins, or those of one name, and what was found and is not loaded. Gives the exit code: 1 where there is an error. */
export async function listPlugins(options: PluginListOptions): Promise<number> {
  const registry = builtinRegistry(await sourcesOf(options.plugins ?? []), loaderFlags(options));
  const { plugins, refused, diagnostics } = await registry.list();
  const { name } = options;
  const wanted = [...plugins].filter((plugin) => name === undefined || plugin.name === name || plugin.aliases.includes(name)).sort(byKindAndName);
  const outcasts = refused.filter((file) => name === undefined || file.plugins.some((plugin) => plugin.name === name));
  // What is wrong with a file that is not loaded is said where it is listed.
  const reasons = new Set(refused.flatMap((file) => file.reasons));
  const others = diagnostics.filter((diagnostic) => !reasons.has(diagnostic));
  const missing = name !== undefined && wanted.length + outcasts.length === 0 ? [notThere(name, plugins)] : [];
  printDiagnostics([...others, ...missing]);

  const described = await describeAll(wanted, registry, options.json === true || name !== undefined);
  if (options.json) process.stdout.write(`${JSON.stringify([...described.map(pluginData), ...outcasts.flatMap(refusedData)], undefined, 2)}\n`);
  else {
    const look = { width: process.stdout.columns ?? WIDTH, palette: coloured(process.stdout) ? ansiPalette : plainPalette };
    const list = name === undefined ? pluginTable(described, look) : described.map((plugin) => pluginPage(plugin, look)).join("\n");
    process.stdout.write([list, refusedTable(outcasts, look)].filter((text) => text !== "").join("\n"));
  }
  return [...others, ...missing, ...outcasts.flatMap((file) => file.reasons)].some(({ severity }) => severity === "error") ? 1 : 0;
}

/** Imports the built-in plugins, whose versions nobody else knows; those from elsewhere only where all of them is asked for. */
async function describeAll(listings: readonly PluginListing[], registry: Registry, all: boolean): Promise<DescribedPlugin[]> {
  const builtins = builtinRegistry();
  return Promise.all(
    listings.map(async (listing) => {
      const isBuiltin = listing.made.how === "built-in";
      const from = isBuiltin ? builtins : registry;
      const plugin = isBuiltin || all ? (await from.resolve(listing.kind, listing.name)).found?.plugin : undefined;
      return { listing: { ...listing, version: listing.version ?? plugin?.version, stability: listing.stability ?? plugin?.stability }, plugin };
    }),
  );
}

function pluginData({ listing, plugin }: DescribedPlugin): Readonly<Record<string, unknown>> {
  const { kind, name, aliases, version, description, stability, origin, made } = listing;
  const data = { kind, name, aliases, version, description, stability, origin, made, channels: listing.channels ?? plugin?.channels };
  if (plugin === undefined) return data;
  const { hosts, ack, replicas, onLost, freeOptions } = plugin;
  return { ...data, hosts, ack, replicas, onLost, freeOptions, options: plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }) };
}

function refusedData({ origin, made, plugins, reasons }: RefusedFile): Readonly<Record<string, unknown>>[] {
  const refused = reasons.map(({ code, message, hint }) => ({ code, message, hint }));
  return plugins.length === 0 ? [{ origin, made, refused }] : plugins.map(({ kind, name }) => ({ kind, name, origin, made, refused }));
}

function notThere(name: string, plugins: readonly PluginListing[]): Diagnostic {
  const hint = didYouMean(
    name,
    plugins.map((plugin) => plugin.name),
  );
  return { severity: "error", code: "MILLRACE_REGISTRY_NOT_FOUND", message: `no plugin is called "${name}"`, hint: hint ?? "millrace plugins lists them" };
}

function byKindAndName(a: PluginListing, b: PluginListing): number {
  return compare(a.kind, b.kind) || compare(a.name, b.name) || compare(fileOf(a), fileOf(b));
}

function fileOf({ origin }: PluginListing): string {
  return "file" in origin ? origin.file : "";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
