import { basename } from "node:path";
import type { Diagnostic, Plugin, PluginSource } from "@millrace/api";
import { type ManifestPlugin, Registry } from "@millrace/core";
import { DiagnosticBag } from "@millrace/text";

/** The plugins of a file or package, and what is wrong with them. */
export interface LoadedPlugins {
  readonly plugins: readonly Plugin[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports a file or a package, as the driver's loader does; who may change it is left to that. `base` is the folder that paths and packages are looked for from. */
export async function loadPlugins(source: PluginSource, base: string): Promise<LoadedPlugins> {
  const registry = new Registry({ baseDirectory: base, allowWritable: true }).addSource(source);
  const { plugins: listed, diagnostics } = await registry.list();
  const plugins: Plugin[] = [];
  // What is said of the file is said again of each plugin in it.
  const bag = new DiagnosticBag();
  bag.add(...diagnostics);
  for (const { kind, name } of listed) {
    const resolution = await registry.resolve(kind, name);
    if (resolution.found !== undefined) plugins.push(resolution.found.plugin);
    bag.add(...resolution.diagnostics);
  }
  return { plugins, diagnostics: bag.list().map((finding) => sendable(finding, source.path)) };
}

/** What a manifest says of a plugin. */
export function describePlugin(plugin: Plugin): ManifestPlugin {
  const { kind, name, aliases, description, stability, channels } = plugin;
  const options = plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  return { kind, name, aliases, description, stability, channels, ...(options !== undefined && { options }) };
}

/** An error with its causes, in a line. */
export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause === undefined || cause.cause === null ? "" : messageOf(cause.cause);
  return inner === "" || cause.message.includes(inner) ? cause.message : `${cause.message}: ${inner}`;
}

/** A finding that can be sent to another process: its cause as text, and the file by its name alone, wherever it was built. */
function sendable(finding: Diagnostic, path: string): Diagnostic {
  const named = (text: string): string => text.replaceAll(path, basename(path));
  const { cause, hint } = finding;
  return {
    ...finding,
    message: named(finding.message),
    ...(hint !== undefined && { hint: named(hint) }),
    ...(cause !== undefined && { cause: named(messageOf(cause)) }),
  };
}
