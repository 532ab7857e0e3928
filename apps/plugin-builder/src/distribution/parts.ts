import { dirname, join, resolve } from "node:path";
import type { Diagnostic, Place } from "@millrace/api";
import { type ArtefactHost, inspectArtefact, type ManifestPlugin, type PluginManifest } from "@millrace/core";
import { DiagnosticBag, type Source } from "@millrace/text";
import { build } from "../build/build.ts";
import { inFreshProcess } from "../child/spawn.ts";
import { findingsOf } from "../command/failure.ts";
import type { DescribedSource, DescribeTask } from "../describe-plugins.ts";
import { builtFiles } from "../inspect/locate.ts";
import type { DriverPlace } from "./driver-place.ts";
import type { DistributionManifest, ListedPlugin } from "./read-manifest.ts";

/** A package or file with plugins, as it goes into a distribution. */
export interface DistributionPart {
  readonly name: string;
  readonly version: string;
  readonly plugins: readonly ManifestPlugin[];
  /** What imports it, where it is a package. */
  readonly specifier?: string;
  /** Where it is one file that was built, with what is in it. */
  readonly built?: { readonly file: string; readonly manifest: PluginManifest };
}

export interface GatherOptions {
  readonly source: Source;
  readonly manifest: DistributionManifest;
  readonly place: DriverPlace;
  readonly host: ArtefactHost;
  /** An empty folder, for what is built on the way. */
  readonly scratch: string;
}

export interface Gathered {
  readonly parts: readonly DistributionPart[];
  readonly diagnostics: readonly Diagnostic[];
}

/** How long loading all packages may take, in milliseconds. */
const DESCRIBE_MS = 60_000;

/** Finds, checks and describes all that a distribution lists. All that is wrong is told at once. */
export async function gatherParts(options: GatherOptions): Promise<Gathered> {
  const bag = new DiagnosticBag();
  const found: (Omit<DistributionPart, "plugins"> & { readonly plugins: readonly ManifestPlugin[] | undefined; readonly place: Place })[] = [];
  for (const listed of options.manifest.plugins) {
    const place = options.source.at(listed.span);
    const part = listed.from === "package" ? await packagePart(listed, options, place, bag) : await filePart(listed, options, place, bag);
    if (part !== undefined) found.push({ ...part, place });
  }
  if (bag.hasErrors) return { parts: [], diagnostics: bag.list() };

  const packages = found.filter(({ specifier }) => specifier !== undefined);
  const described = await describe(
    packages.map(({ specifier }) => specifier as string),
    options.place,
  );
  const parts = found.map((part): DistributionPart => {
    const { place, ...rest } = part;
    if (rest.plugins !== undefined) return { ...rest, plugins: rest.plugins };
    const { plugins = [], diagnostics = [] } = described[packages.indexOf(part)] ?? {};
    bag.add(...diagnostics.map((finding) => ({ ...finding, place })));
    if (plugins.length === 0 && diagnostics.length === 0)
      bag.error("MILLRACE_DIST_PART", `${part.name} ${part.version} ended the process that loaded it`, { place });
    return { ...rest, plugins };
  });
  checkNames(
    parts,
    found.map(({ place }) => place),
    bag,
  );
  return { parts, diagnostics: bag.list() };
}

type Undescribed = Omit<DistributionPart, "plugins"> & { readonly plugins: readonly ManifestPlugin[] | undefined };

async function packagePart(
  { name, version }: Extract<ListedPlugin, { from: "package" }>,
  { place: driver, host }: GatherOptions,
  place: Place,
  bag: DiagnosticBag,
): Promise<Undescribed | undefined> {
  const found = driver.find(name);
  const where = driver.fromSources ? "this workspace" : "what is installed";
  if (found === undefined) {
    const hint = driver.fromSources
      ? "plugins of others come into a workspace's distribution as a file or a folder"
      : `npm install --save-exact ${name}@${version}`;
    bag.error("MILLRACE_DIST_PART", `there is no ${name} in ${where}`, { place, hint });
    return undefined;
  }
  if (found.version !== version) {
    bag.error("MILLRACE_DIST_PART", `the distribution lists ${name} ${version}, and ${where} has ${found.version}`, {
      place,
      hint: `list ${name}@${found.version}`,
    });
    return undefined;
  }
  const { refusals } = await inspectArtefact({ shown: name, path: found.folder, packageFolder: found.folder }, { host: () => host, allowWritable: true });
  bag.add(...refusals.map((refusal) => ({ ...refusal, place })));
  return { name, version, specifier: found.specifier, plugins: undefined };
}

/** A built file as it is, or a folder that is built first. */
async function filePart(
  listed: Extract<ListedPlugin, { path: string }>,
  options: GatherOptions,
  place: Place,
  bag: DiagnosticBag,
): Promise<Undescribed | undefined> {
  const shown = join(dirname(options.source.file), listed.path);
  try {
    const code = listed.from === "file" ? builtFiles(shown).code : await builtFrom(shown, options);
    const { manifest, refusals } = await inspectArtefact(
      { shown: code, path: resolve(code) },
      { host: () => options.host, requireManifest: true, allowWritable: true },
    );
    bag.add(...refusals.map((refusal) => ({ ...refusal, place })));
    if (manifest === undefined) return undefined;
    return { name: manifest.name, version: manifest.version, plugins: manifest.plugins, built: { file: resolve(code), manifest } };
  } catch (cause) {
    // What is wrong inside of a folder has a place of its own there.
    bag.add(...findingsOf(cause).map((finding) => ({ ...finding, place: finding.place ?? place })));
    return undefined;
  }
}

async function builtFrom(folder: string, { manifest, scratch }: GatherOptions): Promise<string> {
  const built = await build({ folder, tag: manifest.driver, out: scratch, outShown: "FOLDER" });
  return join(scratch, built.manifest.file);
}

async function describe(specifiers: readonly string[], { base, fromSources }: DriverPlace): Promise<DescribedSource[]> {
  const described: DescribedSource[] = [];
  if (specifiers.length === 0) return described;
  const sources = specifiers.map((path) => ({ source: { from: fromSources ? "file" : "package", path } as const, base }));
  await inFreshProcess<DescribeTask, DescribedSource>(
    "describe-plugins",
    { sources },
    {
      folder: base,
      what: "loading the plugins",
      deadlineMs: DESCRIBE_MS,
      conditions: fromSources ? ["@millrace/source"] : [],
      onMessage: (message) => described.push(message),
    },
  );
  return described;
}

/** Two plugins of one kind and name: the driver could not know which is meant. */
function checkNames(parts: readonly DistributionPart[], places: readonly Place[], bag: DiagnosticBag): void {
  const owners = new Map<string, DistributionPart>();
  for (const [index, part] of parts.entries()) {
    for (const { kind, name } of part.plugins) {
      const key = `${kind} "${name}"`;
      const other = owners.get(key);
      if (other !== undefined)
        bag.error("MILLRACE_DIST_TWICE", `${key} is in ${other.name} ${other.version} and ${part.name} ${part.version}`, {
          place: places[index],
          hint: "list one of them",
        });
      owners.set(key, part);
    }
  }
}
