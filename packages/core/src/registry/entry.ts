import type { ChannelKind, Diagnostic, Plugin, PluginChannels, PluginKind, PluginSource, Stability } from "@millrace/api";
import type { PluginManifest } from "../artefact/manifest.ts";

/** A plugin that is known by name and imported only when a pipeline needs it. */
export interface PluginEntry {
  readonly kind: PluginKind;
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence for lists. */
  readonly description?: string;
  readonly channels?: PluginChannels;
  readonly stability?: Stability;
  readonly version?: string;
  /** Gives the plugin, or a module that exports it. Called at most once for each registry. */
  load(): Promise<unknown>;
}

/** A channel kind that is known by name and imported only when a pipeline needs it. */
export interface ChannelEntry {
  readonly name: string;
  /** Gives the kind, or a module that exports it. */
  load(): Promise<unknown>;
}

/** A plugin of kind `node` that turns one channel kind into another. Planning puts it between two that do not agree. */
export interface Conversion {
  readonly from: string;
  readonly to: string;
  /** The name of the plugin. */
  readonly plugin: string;
}

/** Where a plugin came from: registered by the program, or found in a file. */
export type Origin = { readonly from: "built-in" } | { readonly from: PluginSource["from"]; readonly file: string };

/** A plugin with where it came from. */
export interface FoundPlugin {
  readonly plugin: Plugin;
  readonly origin: Origin;
}

/** What a list of plugins says of each. */
export interface PluginListing {
  readonly kind: PluginKind;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly version: string | undefined;
  /** Known without importing it only if its entry says so. */
  readonly stability: Stability | undefined;
  readonly channels: PluginChannels | undefined;
  readonly origin: Origin;
  readonly made: Made;
}

/** How a plugin was made, as far as its file tells. */
export type Made =
  | { readonly how: "built-in" }
  /** By the plugin builder, against exact versions. */
  | { readonly how: "built"; readonly package: string; readonly version: string; readonly release: PluginManifest["release"] }
  /** As an npm package that says in ranges what it works with. */
  | { readonly how: "package"; readonly package: string; readonly version: string }
  /** A file that says nothing of itself. */
  | { readonly how: "no-manifest" };

/** A file that was found and must not be loaded. */
export interface RefusedFile {
  readonly origin: Origin;
  readonly made: Made;
  /** The plugins that its manifest names. */
  readonly plugins: readonly Pick<PluginListing, "kind" | "name">[];
  /** Why. */
  readonly reasons: readonly Diagnostic[];
}

/** Either a channel kind itself, or the way to it. */
export type ChannelSource = ChannelKind | ChannelEntry;
