import { resolve } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import type { BuildOptions, Message, Metafile } from "esbuild";
import { minVersion } from "semver";
import { nameInPackage, type OwningPackage, PackageFinder } from "./package-of.ts";
import { renameInMap, renameInputs } from "./stable-names.ts";

export interface BundleOptions {
  /** The folder that inputs are named from, absolute. */
  readonly folder: string;
  /** The module to begin with, relative to the folder. */
  readonly entry: string;
  /** The name of the file with the code. */
  readonly file: string;
  /** The versions of Node it is to run on, as a semver range. */
  readonly node: string;
  /** Whether packages of a workspace are taken from their sources. */
  readonly fromSources: boolean;
}

/** A package whose code is in a bundle. */
export interface BundledInput extends OwningPackage {
  /** The packages in the bundle that it imports, by name and version. */
  readonly imports: readonly string[];
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
  const finder = new PackageFinder();
  const owners = new Map<string, OwningPackage>();
  for (const input of Object.keys(metafile.inputs)) {
    const owner = finder.of(resolve(options.folder, input));
    if (owner !== undefined) owners.set(input, owner);
  }
  const names = new Map(
    [...owners].filter(([, { folder }]) => folder !== options.folder).map(([input, owner]) => [input, nameInPackage(resolve(options.folder, input), owner)]),
  );
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    code: new TextEncoder().encode(renameInputs(code, names)),
    map: new TextEncoder().encode(renameInMap(map, options.folder, names)),
    ...packagesIn(metafile, new Set(used.map(([input]) => input)), owners, options.folder),
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
    const errors = (cause as { readonly errors?: readonly Message[] }).errors;
    if (errors === undefined || errors.length === 0) throw cause;
    throw new MillraceError("MILLRACE_BUILDER_BUNDLE", "the plugin can't be bundled", { diagnostics: errors.map(diagnosticOf) });
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

function packagesIn(
  metafile: Metafile,
  used: ReadonlySet<string>,
  owners: ReadonlyMap<string, OwningPackage>,
  own: string,
): Pick<Bundle, "packages" | "imports"> {
  const packages = new Map<string, OwningPackage>();
  const imports = new Map<string, Set<string>>();
  const keyOf = (owner: OwningPackage): string => (owner.folder === own ? "" : `${owner.name}@${owner.version}`);
  for (const input of used) {
    const owner = owners.get(input);
    if (owner === undefined) continue;
    const key = keyOf(owner);
    if (key !== "") packages.set(key, owner);
    const targets = imports.get(key) ?? new Set<string>();
    imports.set(key, targets);
    // The module that is imported may only hand others on, and have left nothing in the bundle: its package counts.
    for (const { path } of metafile.inputs[input]?.imports ?? []) {
      const target = owners.get(path);
      if (target !== undefined && keyOf(target) !== key && keyOf(target) !== "") targets.add(keyOf(target));
    }
  }
  const sorted = (key: string): string[] => [...(imports.get(key) ?? [])].filter((target) => packages.has(target)).sort();
  return {
    packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, owner]) => ({ ...owner, imports: sorted(key) })),
    imports: sorted(""),
  };
}

/** What esbuild found, as a finding of ours. */
function diagnosticOf({ text, location, notes }: Message): Diagnostic {
  const hint = notes
    .map((note) => note.text)
    .filter((note) => note !== "")
    .join("\n");
  return {
    severity: "error",
    code: "MILLRACE_BUILDER_BUNDLE",
    message: text,
    ...(hint !== "" && { hint }),
    ...(location !== null && {
      place: {
        file: location.file,
        line: location.line,
        column: columnOf(location.lineText, location.column),
        length: Math.max(1, location.length),
        lineText: location.lineText,
      },
    }),
  };
}

/** esbuild counts columns in bytes, from 0. */
function columnOf(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length + 1;
}
