export type { ChannelEntry, ChannelSource, Conversion, FoundPlugin, Made, Origin, PluginEntry, PluginListing, RefusedFile } from "./entry.ts";
export { type Listed, Registry, type RegistryOptions, type Resolution, type ResolveOptions } from "./registry.ts";
