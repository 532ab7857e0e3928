import type { Diagnostic, PluginKind } from "@millrace/api";
import type { Made, Origin, PluginListing, RefusedFile } from "./entry.ts";
import { isRefused, type LoadedFile } from "./load-file.ts";
import { called } from "./module-exports.ts";

/** What a plugin, its entry and its manifest have in common. */
type Described = Pick<PluginListing, "kind" | "name"> & Partial<Omit<PluginListing, "origin" | "made">>;

/** What a list says of a registered plugin. */
export function listed({ kind, name, aliases, description, version, stability, channels }: Described): PluginListing {
  const origin: Origin = { from: "built-in" };
  return { kind, name, aliases: aliases ?? [], description: description ?? "", version, stability, channels, origin, made: { how: "built-in" } };
}

/** What a list says of the plugins of a file: of one that was not imported, what its manifest says. */
export function listings(file: LoadedFile): PluginListing[] {
  if (isRefused(file)) return [];
  const { origin } = file;
  const made = madeOf(file);
  const version = "version" in made && made.version !== "" ? made.version : undefined;
  const plugins: readonly Described[] = file.plugins.length > 0 ? file.plugins : file.claimed;
  return plugins.map((plugin) => ({ ...listed(plugin), version: plugin.version ?? version, origin, made }));
}

/** A file that must not be loaded, or nothing. */
export function refusedFiles(file: LoadedFile): RefusedFile[] {
  if (!isRefused(file)) return [];
  const plugins = file.claimed.map(({ kind, name }) => ({ kind, name }));
  return [{ origin: file.origin, made: madeOf(file), plugins, reasons: file.inspection.refusals }];
}

/** Says of plugins with one kind and name that only one may stay, or that a registered one hides the other. */
export function twins(plugins: readonly PluginListing[]): Diagnostic[] {
  const groups = Map.groupBy(plugins, ({ kind, name }) => called(kind, name));
  return [...groups.values()].flatMap((group): Diagnostic[] => {
    const [{ kind, name }] = group as [PluginListing];
    const found = group.filter(({ origin }) => origin.from !== "built-in").map(({ origin }) => origin);
    const hidden = found.length < group.length ? found.map((origin) => shadowed(kind, name, fileOf(origin))) : [];
    return [...hidden, ...(hidden.length === 0 && found.length > 1 ? [twice(kind, name, found)] : [])];
  });
}

/** Says that several files have a plugin of one kind and name. */
export function twice(kind: PluginKind, name: string, origins: readonly Origin[]): Diagnostic {
  const files = [...new Set(origins.map(fileOf))];
  const message =
    files.length === 1
      ? `${files[0]} exports ${called(kind, name)} more than once`
      : `${called(kind, name)} is in ${files.slice(0, -1).join(", ")} and ${files.at(-1)}`;
  return { severity: "error", code: "MILLRACE_REGISTRY_TWICE", message, hint: "keep one of them, or give it another name" };
}

/** Says that a plugin in a file is not used. */
export function shadowed(kind: PluginKind, name: string, file: string): Diagnostic {
  return {
    severity: "warning",
    code: "MILLRACE_REGISTRY_SHADOWED",
    message: `${called(kind, name)} of ${file} is not used: a built-in plugin has that name`,
    hint: "give it another name",
  };
}

function fileOf(origin: Origin): string {
  return "file" in origin ? origin.file : "the built-in plugins";
}

function madeOf({ inspection: { manifest, package: package_ } }: LoadedFile): Made {
  if (manifest !== undefined) return { how: "built", package: manifest.name, version: manifest.version, release: manifest.release };
  return package_ === undefined ? { how: "no-manifest" } : { how: "package", package: package_.name, version: package_.version };
}
