import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import { type PluginManifest, sha256 } from "@millrace/core";
import { Source } from "@millrace/text";
import { ownersOf, packagesIn } from "../build/bundled-packages.ts";
import { type SbomPart, sbomOf } from "../build/sbom.ts";
import { type ResolvedRelease, resolveRelease } from "../release/resolve.ts";
import { VERSION } from "../version.ts";
import { type DriverPlace, fetchedPlace, installedPlace, workspacePlace } from "./driver-place.ts";
import { type Linked, linkDriver } from "./link.ts";
import { type DistributionPart, gatherParts } from "./parts.ts";
import { type DistributionManifest, readDistribution } from "./read-manifest.ts";
import { tryDistribution } from "./try-distribution.ts";

export interface DistributionRequest {
  /** The file that lists what it is made of. */
  readonly manifest: string;
  /** The folder that is made; what the file says, if absent. */
  readonly out?: string;
}

/** A distribution that has been made. */
export interface Distribution {
  readonly manifest: DistributionManifest;
  readonly release: ResolvedRelease;
  readonly parts: readonly DistributionPart[];
  /** The folder as the user would name it. */
  readonly out: string;
  /** The size of all its files, in bytes. */
  readonly bytes: number;
  readonly warnings: readonly Diagnostic[];
}

/** What tells a folder that was made by this from one that holds something else. */
const MARK = "distribution.json";

/**
 * Makes a folder with a driver and just the plugins that a file lists, each in its exact version. It needs nothing else to
 * run but Node. Same input, same bytes. Nothing is written where anything fails; what was made before is replaced.
 */
export async function distribute(request: DistributionRequest): Promise<Distribution> {
  const source = new Source(request.manifest, textOf(request.manifest));
  const { manifest, diagnostics } = readDistribution(source);
  if (manifest === undefined) throw new MillraceError("MILLRACE_DIST_MANIFEST", `${request.manifest} is no list for a distribution`, { diagnostics });
  const out = request.out ?? join(dirname(request.manifest), manifest.output);
  refuseOther(out);

  const near = dirname(resolve(request.manifest));
  const release = await resolveRelease(manifest.driver, near);
  const scratch = mkdtempSync(join(tmpdir(), "millrace-dist-"));
  try {
    const place = await placeOf(scratch, near, release, manifest);
    const host = { release: release.release, node: process.versions.node };
    const gathered = await gatherParts({ source, manifest, place, host, scratch: join(scratch, "built") });
    const errors = gathered.diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new MillraceError("MILLRACE_DIST_PART", "the distribution can't be made of these", { diagnostics: gathered.diagnostics });
    const linked = await linkDriver({ place, commands: manifest.commands, parts: gathered.parts, node: release.release.node });
    const files = allFiles(manifest, release, gathered.parts, linked, place);
    await writeAll(out, scratch, files, manifest, gathered.parts);
    const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0);
    return { manifest, release, parts: gathered.parts, out, bytes, warnings: gathered.diagnostics };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function textOf(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return readFileSync(file, "utf8");
  throw new MillraceError("MILLRACE_DIST_MANIFEST", `there is no file ${file}`, { hint: "name the list of what the distribution is made of, in YAML" });
}

/** A folder that holds something else is left alone. */
function refuseOther(out: string): void {
  if (!existsSync(out) || existsSync(join(out, MARK))) return;
  if (statSync(out).isDirectory() && readdirSync(out).length === 0) return;
  throw new MillraceError("MILLRACE_DIST_TAKEN", `${out} holds something else: it has no ${MARK}`, { hint: "name another folder: --out FOLDER" });
}

function placeOf(scratch: string, near: string, release: ResolvedRelease, { plugins }: DistributionManifest): Promise<DriverPlace> | DriverPlace {
  if (release.workspace !== undefined) return workspacePlace(release.workspace);
  if (release.tag === "dev") return installedPlace(near);
  const folder = join(scratch, "packages");
  mkdirSync(folder);
  return fetchedPlace(folder, near, release, plugins);
}

function allFiles(
  { name, version, commands }: DistributionManifest,
  { tag, release }: ResolvedRelease,
  parts: readonly DistributionPart[],
  { files, metafile }: Linked,
  { base }: DriverPlace,
): Map<string, Uint8Array> {
  const plugins = parts.flatMap((part) => part.plugins.map(({ kind, name: plugin }) => ({ kind, name: plugin, package: part.name, version: part.version })));
  const sums = Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)]));
  const about = { format: 1, name, version, release: { tag, driver: release.driver }, node: release.node, commands, plugins, files: sums };
  const own = {
    name,
    version,
    private: true,
    type: "module",
    bin: Object.fromEntries(commands.map((each) => [each, `./${each}.mjs`])),
    engines: { node: release.node },
  };
  const { packages } = packagesIn(metafile, ownersOf(metafile, base), "");
  const all = uniqueParts([...packages, ...parts.flatMap(({ built }) => (built === undefined ? [] : partsOfBuilt(built.manifest)))]);
  const integrity = (part: SbomPart): SbomPart => ({ ...part, integrity: (release.packages[part.name] ?? release.dependencies[part.name])?.integrity });
  const sbom = sbomOf(
    { name, version, description: "", license: "NOASSERTION", imports: all.map((part) => `${part.name}@${part.version}`) },
    all.map(integrity),
    VERSION,
  );
  return new Map([...files, [MARK, json(about)], ["bom.cdx.json", json(sbom)], ["package.json", json(own)]]);
}

/** A plugin that was built into one file, and what is in it. */
function partsOfBuilt({ name, version, bundled, sbom }: PluginManifest): SbomPart[] {
  const component = (sbom["metadata"] as { readonly component?: { readonly licenses?: readonly { readonly expression?: string }[] } } | undefined)?.component;
  const own: SbomPart = {
    name,
    version,
    license: component?.licenses?.[0]?.expression ?? "NOASSERTION",
    imports: bundled.map((part) => `${part.name}@${part.version}`),
  };
  return [own, ...bundled.map((part) => ({ ...part, imports: [] }))];
}

function uniqueParts(parts: readonly SbomPart[]): SbomPart[] {
  const byName = new Map<string, SbomPart>();
  for (const part of parts) {
    const key = `${part.name}@${part.version}`;
    if (!byName.has(key)) byName.set(key, part);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

/** Tries the commands in a folder of their own first, and then puts all into the place of what was made before. */
async function writeAll(
  out: string,
  scratch: string,
  files: ReadonlyMap<string, Uint8Array>,
  manifest: DistributionManifest,
  parts: readonly DistributionPart[],
): Promise<void> {
  const trial = join(scratch, "trial");
  writeFiles(trial, files, manifest);
  await tryDistribution(trial, manifest, parts);
  mkdirSync(dirname(resolve(out)), { recursive: true });
  const beside = mkdtempSync(join(dirname(resolve(out)), ".dist-"));
  try {
    writeFiles(beside, files, manifest);
    chmodSync(beside, 0o755);
    rmSync(out, { recursive: true, force: true });
    renameSync(beside, out);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>, { commands }: DistributionManifest): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const command of commands) chmodSync(join(folder, `${command}.mjs`), 0o755);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}
