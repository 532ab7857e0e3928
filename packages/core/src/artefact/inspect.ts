import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { Diagnostic } from "@millrace/api";
import { DiagnosticBag } from "@millrace/text";
import { compareSum } from "./checksum.ts";
import { compareWithHost, rebuildCommand } from "./compare.ts";
import { comparePackage, type PluginPackage, readPackage } from "./compare-package.ts";
import type { ArtefactHost } from "./host.ts";
import type { PluginManifest } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";
import type { LoaderSettings } from "./settings.ts";
import { writableByAll } from "./writable.ts";

/** A file that may hold plugins, before anything of it has run. */
export interface InspectedFile {
  /** The file as messages call it. */
  readonly shown: string;
  /** Where it is: an absolute path, as the user gave it. It may be a symbolic link. */
  readonly path: string;
  /** The folder of the package that it belongs to, where it was found as a package. */
  readonly packageFolder?: string | undefined;
}

export interface InspectOptions extends LoaderSettings {
  /** What it is compared with; asked when there is something to compare. Absent: versions are not compared. */
  readonly host?: (() => ArtefactHost | Promise<ArtefactHost>) | undefined;
}

/** What a file says of itself, and why it may not be loaded. */
export interface Inspection {
  /** Absent where there is none, or none that can be read. */
  readonly manifest?: PluginManifest;
  /** Of a file without a manifest that belongs to a package. */
  readonly package?: PluginPackage;
  /** Every reason not to load it; empty where it may be loaded. */
  readonly refusals: readonly Diagnostic[];
}

/** Looks at a file without running anything of it: who may change it, whether it is as it was built, and what it was built for. */
export async function inspectArtefact(file: InspectedFile, options: InspectOptions = {}): Promise<Inspection> {
  const bag = new DiagnosticBag();
  if (!options.allowWritable) bag.add(...writableByAll(file.path, file.shown));
  const found = manifestBeside(file);
  if (found === undefined) return withoutManifest(file, options, bag);
  if (!options.allowWritable) bag.add(...writableByAll(found.path, found.shown));

  const text = readBytes(found, bag);
  if (text === undefined) return { refusals: bag.list() };
  const { manifest, diagnostics } = readManifest(text.toString("utf8"), found.shown);
  bag.add(...diagnostics);
  if (manifest === undefined) return { refusals: bag.list() };
  if (![file.path, realpathSync(file.path)].some((path) => basename(path) === manifest.file)) {
    const hint = `rename it to ${manifest.file}, or build it again under its new name`;
    bag.error("MILLRACE_ARTEFACT_MANIFEST", `${found.shown} describes ${manifest.file}, and not ${basename(file.path)}`, { hint });
  }
  const host = await options.host?.();
  const mend = mendingOf(file, manifest, host);
  const bytes = readBytes(file, bag);
  const changed = bytes && compareSum(manifest, bytes, file.shown, mend);
  if (changed !== undefined) bag.add(changed);
  if (host !== undefined) bag.add(...(await compareWithHost(manifest, host, file.shown, mend)));
  return { manifest, refusals: bag.list() };
}

/** What to do about a file that does not fit: build it again, or get another version of the package that it came in. */
function mendingOf(file: InspectedFile, manifest: PluginManifest, host: ArtefactHost | undefined): string {
  const isNamedByPackage = fileShown(file) !== file.shown;
  if (isNamedByPackage) return `npm install ${file.shown}@latest${host ? `, or a version of it that was built for the driver ${host.release.driver}` : ""}`;
  return host === undefined ? ANY_BUILD : rebuildCommand(host.release, file.shown, manifest);
}

const ANY_BUILD = "plugin-builder build DIR --tag TAG --out FOLDER";

/** The name of the manifest of a file: `NAME.manifest.json` for `NAME.mjs`. */
export function manifestNameOf(file: string): string {
  return `${file.slice(0, file.length - extname(file).length)}.manifest.json`;
}

async function withoutManifest({ path, shown, packageFolder }: InspectedFile, options: InspectOptions, bag: DiagnosticBag): Promise<Inspection> {
  if (options.requireManifest) {
    const command = options.host === undefined ? ANY_BUILD : rebuildCommand((await options.host()).release, fileShown({ path, shown }));
    bag.error("MILLRACE_ARTEFACT_NO_MANIFEST", `${shown} has no manifest, and only files with one are loaded`, { hint: `build it: ${command}` });
  }
  const package_ = packageFolder === undefined ? undefined : readPackage(packageFolder);
  if (package_ === undefined) return { refusals: bag.list() };
  if (options.host !== undefined) bag.add(...(await comparePackage(package_, await options.host(), shown)));
  return { package: package_, refusals: bag.list() };
}

/** The manifest in the folder of a file, or else, where the file is a symbolic link, in the folder that it leads to. */
function manifestBeside({ path, shown: called }: InspectedFile): { readonly path: string; readonly shown: string } | undefined {
  const shown = fileShown({ path, shown: called });
  const real = realpathSync(path);
  const candidates = [
    { path: manifestNameOf(path), shown: join(dirname(shown), basename(manifestNameOf(path))) },
    { path: manifestNameOf(real), shown: manifestNameOf(real) },
  ];
  return candidates.find((candidate) => statSync(candidate.path, { throwIfNoEntry: false }) !== undefined);
}

/** What messages call the file itself, where they call it by the name of its package. */
function fileShown({ path, shown }: InspectedFile): string {
  return basename(shown) === basename(path) ? shown : path;
}

function readBytes({ path, shown }: { readonly path: string; readonly shown: string }, bag: DiagnosticBag): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    bag.error("MILLRACE_ARTEFACT_READ", `${shown} can't be read`, { cause });
    return undefined;
  }
}
