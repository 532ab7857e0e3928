import type { Diagnostic } from "@millrace/api";
import type { Release } from "@millrace/core";
import { satisfies, valid, validRange } from "semver";
import { ArchiveHashes, type InstalledPackage, installedPackage, packageManagerOf } from "./installed.ts";
import type { PluginPackage } from "./plugin-package.ts";

/** A version that package.json is to have. */
export interface PinFix {
  readonly table: Table;
  readonly name: string;
  readonly version: string;
}

export interface PinCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** What has to be written into package.json. */
  readonly fixes: readonly PinFix[];
  /** Whether something else is installed than package.json asks for, or will ask for. */
  readonly mustInstall: boolean;
}

const TABLES = ["dependencies", "devDependencies", "optionalDependencies"] as const;
type Table = (typeof TABLES)[number] | "peerDependencies";

const API = "@millrace/api";
const DRIVER = "@millrace/driver";

/** The commands that mend what is found: `fix` writes pins and installs, `build` builds against another release. */
export interface Remedies {
  readonly fix: string;
  readonly dev: string;
}

/**
 * Compares what a plugin's package.json pins, and what is installed for it, with a release. A plugin pins the exact version
 * of each package of the release that it names, and of the driver, if it is tried with one; `workspace:` and `catalog:`
 * leave that to the workspace. Of a peer dependency the range must have the release in it.
 */
export function checkPins(plugin: PluginPackage, release: Release, remedies: Remedies): PinCheck {
  const versions = Object.entries({ ...release.dependencies, ...release.packages }).map(([name, { version }]) => [name, version] as const);
  const wanted: Readonly<Record<string, string>> = Object.fromEntries([...versions, [DRIVER, release.driver]]);
  const check: Mutable = { plugin, release, remedies, hashes: new ArchiveHashes(), diagnostics: [], fixes: [], mustInstall: false };
  for (const table of TABLES) {
    for (const [name, written] of Object.entries(plugin.file.table(table))) {
      const version = wanted[name];
      if (version !== undefined) checkPin(check, table, name, written, version);
    }
  }
  for (const [name, range] of Object.entries(plugin.file.table("peerDependencies"))) {
    const version = wanted[name];
    if (version !== undefined && !isLeftToWorkspace(range)) checkRange(check, name, range, version);
  }
  const api = wanted[API];
  if (api !== undefined && !TABLES.some((table) => API in plugin.file.table(table))) {
    report(check, `plugin ${plugin.shortName} does not pin ${API}, and ${called(release)} has ${api}`, ["devDependencies"]);
    check.fixes.push({ table: "devDependencies", name: API, version: api });
  }
  return check;
}

interface Mutable extends PinCheck {
  readonly plugin: PluginPackage;
  readonly release: Release;
  readonly remedies: Remedies;
  readonly hashes: ArchiveHashes;
  readonly diagnostics: Diagnostic[];
  readonly fixes: PinFix[];
  mustInstall: boolean;
}

function checkPin(check: Mutable, table: Table, name: string, written: string, version: string): void {
  const { plugin, release } = check;
  if (isLeftToWorkspace(written) || written === version) {
    checkInstalled(check, [table, name], written, version);
    return;
  }
  const message =
    valid(written) === null
      ? `plugin ${plugin.shortName} asks for ${name} ${written}, and a plugin pins the exact version: ${called(release)} has ${version}`
      : `plugin ${plugin.shortName} pins ${name} ${written}, and ${called(release)} has ${version}`;
  report(check, message, [table, name]);
  check.fixes.push({ table, name, version });
  check.mustInstall = true;
}

/** What package.json pins must be there, too. */
function checkInstalled(check: Mutable, path: readonly [Table, string], written: string, version: string): void {
  const { plugin, release, remedies } = check;
  const [, name] = path;
  const install = `${packageManagerOf(plugin.folder)} install`;
  const installed = installedPackage(name, plugin.folder);
  if (installed === undefined) {
    check.mustInstall = true;
    report(check, `plugin ${plugin.shortName} pins ${name} ${version}, and it is not installed`, path, install);
  } else if (installed.version !== version && isLeftToWorkspace(written)) {
    const message = `plugin ${plugin.shortName} has ${name} ${installed.version} from its workspace, and ${called(release)} has ${version}`;
    report(check, message, path, `${remedies.dev}, or build the plugin outside of the workspace`);
  } else if (installed.version !== version) {
    check.mustInstall = true;
    report(check, `plugin ${plugin.shortName} pins ${name} ${version}, and ${installed.version} is installed`, path, install);
  } else checkArchive(check, path, installed);
}

/** One version may have been published twice, in different places. */
function checkArchive(check: Mutable, path: readonly [Table, string], installed: InstalledPackage): void {
  const { plugin, release } = check;
  const { name, version } = installed;
  const hash = (release.packages[name] ?? release.dependencies[name])?.integrity;
  const noted = hash === undefined ? undefined : check.hashes.of(installed);
  if (noted === undefined || noted === hash) return;
  const message = `plugin ${plugin.shortName} has ${name} ${version} installed, but not the archive that ${called(release)} was made with`;
  const mend = `remove it from node_modules and from the lock file, then: ${packageManagerOf(plugin.folder)} install`;
  report(check, message, path, `installed: ${noted}\nrelease:   ${hash}\n${mend}`);
}

function isLeftToWorkspace(written: string): boolean {
  return written.startsWith("workspace:") || written.startsWith("catalog:");
}

function checkRange(check: Mutable, name: string, range: string, version: string): void {
  if (validRange(range) !== null && satisfies(version, range, { includePrerelease: true })) return;
  const { plugin, release } = check;
  const message = `plugin ${plugin.shortName} says that it works with ${name} ${range}, and ${called(release)} has ${version}`;
  report(check, message, ["peerDependencies", name]);
  check.fixes.push({ table: "peerDependencies", name, version: rangeFrom(version) });
}

/** All versions up to the next major one. While that is 0, a caret would end at the next minor version. */
function rangeFrom(version: string): string {
  return version.startsWith("0.") ? `>=${version} <1` : `^${version}`;
}

function report(check: Mutable, message: string, path: readonly string[], hint: string = check.remedies.fix): void {
  check.diagnostics.push({ severity: "error", code: "MILLRACE_BUILDER_PIN", message, hint, place: check.plugin.file.place(...path) });
}

function called(release: Release): string {
  return `release ${release.driver}`;
}
