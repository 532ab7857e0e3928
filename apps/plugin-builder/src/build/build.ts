import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import { MANIFEST_FORMAT, type PluginManifest, type Release, sha256 } from "@millrace/core";
import { didYouMean } from "@millrace/text";
import { satisfies } from "semver";
import { shellWord } from "../command/shell-word.ts";
import { install, writePins } from "../plugin/fix-pins.ts";
import { checkPins, type Remedies } from "../plugin/pins.ts";
import { type PluginPackage, readPluginPackage } from "../plugin/plugin-package.ts";
import { type ResolvedRelease, resolveRelease } from "../release/resolve.ts";
import { workspaceOf } from "../release/workspace.ts";
import type { Trial } from "../try-plugin.ts";
import { VERSION } from "../version.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { sbomOf } from "./sbom.ts";
import { type Tried, tryBundle } from "./try-bundle.ts";
import { typecheck } from "./typecheck.ts";

export interface BuildRequest {
  /** The folder of the plugin's package. */
  readonly folder: string;
  /** The release to build against: an exact version, `edge` or `dev`. */
  readonly tag: string;
  /** The folder for what is built. */
  readonly out: string;
  /** Writes the pins of the release into package.json, and installs them. */
  readonly fix?: boolean;
  /** Whether each plugin is made and run for a moment. Default true. */
  readonly live?: boolean;
}

/** What was built. */
export interface Built {
  readonly manifest: PluginManifest;
  readonly release: ResolvedRelease;
  readonly trials: readonly Trial[];
  /** The files as the user would name them, with their sizes in bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** What was changed in package.json, and the command that installed it, where `fix` had something to do. */
  readonly fixed: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Builds a plugin against a release: checks its pins and types, bundles it, tries it in a fresh process, and writes the one
 * file, its source map and its manifest. Nothing is written where anything fails. Same input, same bytes.
 */
export async function build(request: BuildRequest): Promise<Built> {
  const found = await resolveRelease(request.tag, resolve(request.folder));
  const { plugin, fixed } = await pinned(request, found);
  const node = nodeRange(plugin, found.release);
  mkdirSync(request.out, { recursive: true });
  refuseOther(plugin, request.out);

  const staging = mkdtempSync(join(request.out, ".building-"));
  try {
    const fromSources = found.workspace !== undefined && workspaceOf(plugin.folder) === found.workspace;
    const types = typecheck({ folder: plugin.folder, shown: plugin.shown, entry: plugin.entry, fromSources });
    const made = await afterTypes(types, makeAndTry(plugin, found.release, { ...request, staging, node, fromSources }));
    const manifest = manifestOf(plugin, found, node, made);
    const files: Readonly<Record<string, Uint8Array | string>> = {
      [manifest.file]: made.bundled.code,
      [`${manifest.file}.map`]: made.bundled.map,
      [`${plugin.shortName}.manifest.json`]: `${JSON.stringify(manifest, undefined, 2)}\n`,
    };
    return {
      manifest,
      release: found,
      trials: made.tried.trials,
      files: moveInto(request.out, staging, files),
      fixed,
      warnings: warningsOf(plugin, made),
    };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The plugin with pins that agree with the release, written first where that is wanted. */
async function pinned(
  request: BuildRequest,
  { release, tag }: ResolvedRelease,
): Promise<{ readonly plugin: PluginPackage; readonly fixed: readonly string[] }> {
  const command = `plugin-builder build ${shellWord(request.folder)} --tag`;
  const remedies: Remedies = { fix: `${command} ${tag} --fix --out ${shellWord(request.out)}`, dev: `${command} dev --out ${shellWord(request.out)}` };
  const plugin = readPluginPackage(request.folder);
  const first = checkPins(plugin, release, remedies);
  if (first.diagnostics.length === 0) return { plugin, fixed: [] };
  if (request.fix !== true || (first.fixes.length === 0 && !first.mustInstall)) throw wrongPins(plugin, first.diagnostics);

  writePins(plugin.folder, first.fixes);
  const fixed = first.fixes.map(({ table, name, version }) => `${name} ${version} (${table})`);
  if (first.mustInstall || first.fixes.length > 0) fixed.push(await install(plugin.folder));
  const mended = readPluginPackage(request.folder);
  const second = checkPins(mended, release, remedies);
  if (second.diagnostics.length > 0) throw wrongPins(mended, second.diagnostics);
  return { plugin: mended, fixed };
}

function wrongPins(plugin: PluginPackage, diagnostics: readonly Diagnostic[]): MillraceError {
  return new MillraceError("MILLRACE_BUILDER_PIN", `plugin ${plugin.shortName} does not pin what the release has`, { diagnostics });
}

/** The versions of Node that the plugin names, or else those of the release. This one must be among them, since the plugin is tried on it. */
function nodeRange(plugin: PluginPackage, release: Release): string {
  const engines = plugin.file.values["engines"] as { readonly node?: unknown } | undefined;
  const range = typeof engines?.node === "string" ? engines.node : release.node;
  const own = process.versions.node;
  if (satisfies(own, range, { includePrerelease: true })) return range;
  throw new MillraceError("MILLRACE_BUILDER_NODE", `plugin ${plugin.shortName} asks for Node ${range}, and this is Node ${own}`, {
    hint: "build it with a Node that it runs on: it is tried on this one",
    place: plugin.file.place("engines", "node"),
  });
}

/** Two packages whose files have one name can't lie in one folder. */
function refuseOther(plugin: PluginPackage, out: string): void {
  const file = join(out, `${plugin.shortName}.manifest.json`);
  if (!existsSync(file)) return;
  let other: unknown;
  try {
    other = (JSON.parse(readFileSync(file, "utf8")) as { readonly name?: unknown }).name;
  } catch {
    // A manifest that can't be read belongs to nobody, and is written anew.
    return;
  }
  if (typeof other !== "string" || other === plugin.name) return;
  throw new MillraceError("MILLRACE_BUILDER_TAKEN", `${file} belongs to ${other}, and ${plugin.name} would write the same files`, {
    hint: "build one of them into another folder: --out FOLDER",
  });
}

/** Types are checked beside the rest. Where they are wrong, that is told first: what else fails follows from it. */
async function afterTypes<T>(types: Promise<readonly Diagnostic[]>, rest: Promise<T>): Promise<T> {
  const [checked, made] = await Promise.allSettled([types, rest]);
  if (checked.status === "rejected") throw checked.reason;
  if (checked.value.length > 0) throw new MillraceError("MILLRACE_BUILDER_TYPE", "the plugin does not type-check", { diagnostics: checked.value });
  if (made.status === "rejected") throw made.reason;
  return made.value;
}

interface Made {
  readonly bundled: Bundle;
  readonly tried: Tried;
}

interface MakeOptions extends BuildRequest {
  readonly staging: string;
  readonly node: string;
  readonly fromSources: boolean;
}

async function makeAndTry(plugin: PluginPackage, release: Release, options: MakeOptions): Promise<Made> {
  const { folder, entry, shortName } = plugin;
  const file = `${shortName}.mjs`;
  const bundled = await bundle({ folder, entry, file, node: options.node, fromSources: options.fromSources });
  checkBundled(plugin, bundled, release);
  const path = resolve(options.staging, file);
  writeFileSync(path, bundled.code);
  const layouts = Object.fromEntries(bundled.packages.filter(({ name }) => name in release.layouts).map((each) => [each.name, each.folder]));
  const given = optionsToTry(plugin);
  const tried = await tryBundle({ file: path, folder, options: given, live: options.live ?? true, layouts }, options.fromSources);
  checkTriedNames(plugin, given, tried);
  checkLayouts(plugin, tried.layouts, release);
  return { bundled, tried };
}

/** Whatever came into the bundle by way of others must be what the release has, too. */
function checkBundled(plugin: PluginPackage, { packages }: Bundle, release: Release): void {
  const diagnostics = packages.flatMap(({ name, version }): Diagnostic[] => {
    const wanted = (release.packages[name] ?? release.dependencies[name])?.version;
    if (wanted === undefined || wanted === version) return [];
    const message = `plugin ${plugin.shortName} would bundle ${name} ${version}, and release ${release.driver} has ${wanted}`;
    return [
      {
        severity: "error",
        code: "MILLRACE_BUILDER_PIN",
        message,
        hint: `npm ls ${name} says who asks for it; npm install --save-dev --save-exact ${name}@${wanted}`,
      },
    ];
  });
  if (diagnostics.length > 0) throw wrongPins(plugin, diagnostics);
}

/** `"millrace": { "try": { NAME: OPTIONS } }` of package.json. */
function optionsToTry(plugin: PluginPackage): Readonly<Record<string, unknown>> {
  const settings = plugin.file.values["millrace"] as { readonly try?: unknown } | undefined;
  const options = settings?.try;
  return options !== null && typeof options === "object" ? (options as Readonly<Record<string, unknown>>) : {};
}

function checkTriedNames(plugin: PluginPackage, given: Readonly<Record<string, unknown>>, { plugins }: Tried): void {
  const names = plugins.map(({ name }) => name);
  const diagnostics = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name): Diagnostic => {
      const hint = didYouMean(name, names) ?? `it exports ${names.join(", ")}`;
      const message = `package.json has options to try "${name}" with, and the package exports no plugin of that name`;
      return { severity: "error", code: "MILLRACE_BUILDER_PACKAGE", message, hint, place: plugin.file.place("millrace", "try", name) };
    });
  if (diagnostics.length > 0) throw new MillraceError("MILLRACE_BUILDER_PACKAGE", "package.json names plugins that are not there", { diagnostics });
}

/** The packages that are installed may lay records out otherwise than the release says, although their versions are the same: builds of a workspace do. */
function checkLayouts(plugin: PluginPackage, layouts: Readonly<Record<string, string>>, release: Release): void {
  const diagnostics = Object.entries(layouts)
    .filter(([name, layout]) => release.layouts[name] !== layout)
    .map(([name, layout]): Diagnostic => {
      const message = `plugin ${plugin.shortName} would bundle ${name} with the record layout ${layout}, and release ${release.driver} has ${release.layouts[name]}`;
      const hint = "install the packages anew; in a workspace write its release again: node tooling/release/release-file.mjs --fix";
      return { severity: "error", code: "MILLRACE_BUILDER_LAYOUT", message, hint };
    });
  if (diagnostics.length > 0) throw new MillraceError("MILLRACE_BUILDER_LAYOUT", "the layouts of records differ", { diagnostics });
}

/** What the runtime is: a plugin has been tried on this very version, whether or not any of it is in the bundle. */
const RUNTIME: readonly string[] = ["@millrace/api", "@millrace/core"];

function manifestOf(plugin: PluginPackage, { tag, release }: ResolvedRelease, node: string, { bundled, tried }: Made): PluginManifest {
  const { name, version, description, license } = plugin;
  const sum = sha256(bundled.code);
  const inside = new Set(bundled.packages.map((each) => each.name));
  const pins = Object.entries(release.packages).filter(([each]) => RUNTIME.includes(each) || inside.has(each));
  const parts = bundled.packages.map((part) => ({ ...part, integrity: (release.packages[part.name] ?? release.dependencies[part.name])?.integrity }));
  return {
    format: MANIFEST_FORMAT,
    name,
    version,
    description,
    file: `${plugin.shortName}.mjs`,
    sha256: sum,
    node,
    release: { tag, driver: release.driver },
    pins: Object.fromEntries(pins.map(([each, pin]) => [each, pin.version])),
    layouts: tried.layouts,
    plugins: tried.plugins,
    bundled: bundled.packages.map((part) => ({ name: part.name, version: part.version, license: part.license })),
    sbom: sbomOf({ name, version, description, license, sha256: sum, imports: bundled.imports }, parts, VERSION),
  };
}

function warningsOf(plugin: PluginPackage, { bundled }: Made): Diagnostic[] {
  return bundled.packages
    .filter(({ license }) => license === "NOASSERTION")
    .map(({ name, version }) => ({
      severity: "warning",
      code: "MILLRACE_BUILDER_LICENCE",
      message: `plugin ${plugin.shortName} bundles ${name} ${version}, which names no licence`,
      hint: "look into its repository whether it may be passed on",
    }));
}

function moveInto(out: string, staging: string, files: Readonly<Record<string, Uint8Array | string>>): Built["files"] {
  const made = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(staging, name), content);
    return { name, bytes: Buffer.byteLength(content) };
  });
  for (const { name } of made) renameSync(join(staging, name), join(out, name));
  return made.map(({ name, bytes }) => ({ path: join(out, name), bytes }));
}
