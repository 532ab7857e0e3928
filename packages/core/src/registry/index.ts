export type { ChannelEntry, ChannelSource, Conversion, FoundPlugin, Origin, PluginEntry, PluginListing } from "./entry.ts";
export { Registry, type RegistryOptions, type Resolution, type ResolveOptions } from "./registry.ts";
