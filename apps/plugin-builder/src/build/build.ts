import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import type { PluginManifest, Release } from "@millrace/core";
import { shellWord } from "@millrace/text";
import { install, writePins } from "../plugin/fix-pins.ts";
import { checkPins, type Remedies } from "../plugin/pins.ts";
import { type PluginPackage, readPluginPackage } from "../plugin/plugin-package.ts";
import { type ResolvedRelease, resolveRelease } from "../release/resolve.ts";
import { workspaceOf } from "../release/workspace.ts";
import type { Trial } from "../try-plugin.ts";
import { bundle } from "./bundle.ts";
import { checkBundled, checkLayouts, checkTriedNames, nodeRange, refuseOther, wrongPins } from "./checks.ts";
import { type Made, manifestOf, warningsOf } from "./manifest.ts";
import { tryBundle } from "./try-bundle.ts";
import { typecheck } from "./typecheck.ts";

export interface BuildRequest {
  /** The folder of the plugin's package. */
  readonly folder: string;
  /** The release to build against: an exact version, `edge` or `dev`. */
  readonly tag: string;
  /** The folder for what is built. */
  readonly out: string;
  /** What commands in messages call that folder; as it is, if absent. */
  readonly outShown?: string;
  /** Writes the pins of the release into package.json, and installs them. */
  readonly fix?: boolean;
  /** Whether types are checked. Default true. */
  readonly types?: boolean;
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
  refuseOther(plugin, request.out);

  const staging = mkdtempSync(join(tmpdir(), "millrace-build-"));
  try {
    const fromSources = found.workspace !== undefined && workspaceOf(plugin.folder) === found.workspace;
    const types = request.types === false ? Promise.resolve([]) : typecheck({ folder: plugin.folder, shown: plugin.shown, entry: plugin.entry, fromSources });
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
      files: writeInto(request.out, files),
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
  const out = `--out ${shellWord(request.outShown ?? request.out)}`;
  const remedies: Remedies = { fix: `${command} ${tag} --fix ${out}`, dev: `${command} dev ${out}` };
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

/** Types are checked beside the rest. Where they are wrong, that is told first: what else fails follows from it. */
async function afterTypes<T>(types: Promise<readonly Diagnostic[]>, rest: Promise<T>): Promise<T> {
  const [checked, made] = await Promise.allSettled([types, rest]);
  if (checked.status === "rejected") throw checked.reason;
  if (checked.value.length > 0) throw new MillraceError("MILLRACE_BUILDER_TYPE", "the plugin does not type-check", { diagnostics: checked.value });
  if (made.status === "rejected") throw made.reason;
  return made.value;
}

interface MakeOptions extends BuildRequest {
  readonly staging: string;
  readonly node: string;
  readonly fromSources: boolean;
}

async function makeAndTry(plugin: PluginPackage, release: Release, options: MakeOptions): Promise<Made> {
  const { folder, shown, entry, shortName } = plugin;
  const file = `${shortName}.mjs`;
  const bundled = await bundle({ folder, shown, entry, file, node: options.node, fromSources: options.fromSources });
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

/** `"millrace": { "try": { NAME: OPTIONS } }` of package.json. */
function optionsToTry(plugin: PluginPackage): Readonly<Record<string, unknown>> {
  const settings = plugin.file.values["millrace"] as { readonly try?: unknown } | undefined;
  const options = settings?.try;
  return options !== null && typeof options === "object" ? (options as Readonly<Record<string, unknown>>) : {};
}

/** Writes each file under another name first, so that none is ever seen half written. */
function writeInto(out: string, files: Readonly<Record<string, Uint8Array | string>>): Built["files"] {
  mkdirSync(out, { recursive: true });
  const hidden = (name: string): string => join(out, `.${name}.${process.pid}`);
  for (const [name, content] of Object.entries(files)) writeFileSync(hidden(name), content);
  return Object.entries(files).map(([name, content]) => {
    const path = join(out, name);
    renameSync(hidden(name), path);
    return { path, bytes: Buffer.byteLength(content) };
  });
}
