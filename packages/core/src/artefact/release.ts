/**
 * A release of the driver, as plugins are built against it: what `release.json` of the package `@millrace/release` holds.
 * The driver carries the one that it is.
 */
export interface Release {
  /** The version of this form. */
  readonly format: 1;
  /** The version of the driver. */
  readonly driver: string;
  /** The versions of Node it runs on, as a semver range. */
  readonly node: string;
  /** The packages of Millrace that a plugin can be built against. */
  readonly packages: Readonly<Record<string, ReleasedPackage>>;
  /** The packages of others that those use, for a plugin that shares them. */
  readonly dependencies: Readonly<Record<string, ReleasedPackage>>;
  /** The fingerprint of the record layouts of each data package. */
  readonly layouts: Readonly<Record<string, string>>;
}

export interface ReleasedPackage {
  /** An exact version. */
  readonly version: string;
  /** The archive's hash as registries give it (`sha512-…`). Absent in a workspace, where nothing has been packed. */
  readonly integrity?: string;
}
