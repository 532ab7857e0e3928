export type { BundledPackage, ManifestPlugin, PluginManifest } from "./manifest.ts";
export type { Release, ReleasedPackage } from "./release.ts";
