import type { ChannelKind, Plugin, PluginChannels, PluginKind, PluginSource, Stability } from "@millrace/api";

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
}

/** Either a channel kind itself, or the way to it. */
export type ChannelSource = ChannelKind | ChannelEntry;
