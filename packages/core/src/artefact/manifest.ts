import type { PluginChannels, PluginKind, Stability } from "@millrace/api";

/**
 * What a built plugin says of itself: `NAME.manifest.json`, beside the one file `NAME.mjs` that holds the code. The
 * builder writes it, the loader compares it with the host before any code of the plugin runs.
 */
export interface PluginManifest {
  /** The version of this form. */
  readonly format: 1;
  /** The name of the package it was built from. */
  readonly name: string;
  /** The version of that package. */
  readonly version: string;
  readonly description: string;
  /** The file with the code, in the folder of the manifest. */
  readonly file: string;
  /** SHA-256 of that file, in lower-case hexadecimal. */
  readonly sha256: string;
  /** The versions of Node it runs on, as a semver range. */
  readonly node: string;
  /** What it was built against: the tag that was asked for, and the version of the driver that it stood for. */
  readonly release: { readonly tag: string; readonly driver: string };
  /** The exact version of each package of the release that the bundle was made with. */
  readonly pins: Readonly<Record<string, string>>;
  /** The fingerprint of the record layouts of each data package that the bundle inlines. */
  readonly layouts: Readonly<Record<string, string>>;
  /** The plugins that the file exports. */
  readonly plugins: readonly ManifestPlugin[];
  /** The packages whose code is in the file, with their licences as SPDX expressions. */
  readonly bundled: readonly BundledPackage[];
  /** The same as a bill of materials: CycloneDX 1.6, as JSON. */
  readonly sbom: Readonly<Record<string, unknown>>;
}

export interface ManifestPlugin {
  readonly kind: PluginKind;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly stability: Stability;
  readonly channels: PluginChannels;
  /** JSON Schema (draft 2020-12) of its options. Absent where it takes none. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}
