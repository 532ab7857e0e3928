import { join, resolve } from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import { minVersion } from "semver";
import { type BundledInput, ownersOf, packagesIn } from "./bundled-packages.ts";
import { bundleError } from "./esbuild-errors.ts";
import { nameInPackage } from "./package-of.ts";
import { renameInMap, renameInputs } from "./stable-names.ts";

export interface BundleOptions {
  /** The folder that inputs are named from, absolute. */
  readonly folder: string;
  /** The folder as the user named it. */
  readonly shown: string;
  /** The module to begin with, relative to the folder. */
  readonly entry: string;
  /** The name of the file with the code. */
  readonly file: string;
  /** The versions of Node it is to run on, as a semver range. */
  readonly node: string;
  /** Whether packages of a workspace are taken from their sources. */
  readonly fromSources: boolean;
}

export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  /** The packages whose code is in it, but for the package itself, by name and version. */
  readonly packages: readonly BundledInput[];
  /** What the package itself imports of them. */
  readonly imports: readonly string[];
}

/** CommonJS modules in a bundle ask for Node's own modules by `require`. */
const REQUIRE = 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);';

/**
 * Bundles a module and all that it imports, but for Node's own modules, into one file with a source map. The same input
 * gives the same bytes, in whatever folder it lies: files are called by their packages, never by their paths.
 */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { metafile, code, map } = await run(options, false);
  const owners = ownersOf(metafile, options.folder);
  const others = [...owners].filter(([, { folder }]) => folder !== options.folder);
  const names = new Map(others.map(([input, owner]) => [input, nameInPackage(resolve(options.folder, input), owner)]));
  return {
    code: new TextEncoder().encode(renameInputs(code, names)),
    map: new TextEncoder().encode(renameInMap(map, options.folder)),
    ...packagesIn(metafile, owners, options.folder),
  };
}

async function run(options: BundleOptions, withRequire: boolean): Promise<{ readonly metafile: Metafile; readonly code: string; readonly map: string }> {
  const { build } = await import("esbuild");
  const settings = settingsOf(options, withRequire);
  try {
    const { metafile, outputFiles } = await build(settings);
    const text = (extension: string): string => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
    const code = text(options.file);
    // esbuild's helper is there only where something asks for a module by require.
    if (!withRequire && /\b__require\(/.test(code)) return run(options, true);
    return { metafile, code, map: text(`${options.file}.map`) };
  } catch (cause) {
    throw bundleError("the plugin can't be bundled", cause, (file) => join(options.shown, file));
  }
}

function settingsOf(
  { folder, entry, file, node, fromSources }: BundleOptions,
  withRequire: boolean,
): BuildOptions & { readonly metafile: true; readonly write: false } {
  return {
    absWorkingDir: folder,
    entryPoints: [{ in: `./${entry}`, out: file.replace(/\.mjs$/, "") }],
    outdir: "out",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: `node${minVersion(node)?.version ?? "22.12"}`,
    conditions: fromSources ? ["@millrace/source"] : [],
    sourcemap: "linked",
    sourcesContent: true,
    legalComments: "eof",
    charset: "utf8",
    logLevel: "silent",
    metafile: true,
    write: false,
    ...(withRequire && { banner: { js: REQUIRE } }),
  };
}
