import { readFileSync } from "node:fs";
import type { Metafile, Plugin } from "esbuild";
import { minVersion } from "semver";
import { bundleError } from "../build/esbuild-errors.ts";
import type { DriverPlace } from "./driver-place.ts";
import type { DistributionPart } from "./parts.ts";
import type { CommandName } from "./read-manifest.ts";

export interface LinkOptions {
  readonly place: DriverPlace;
  readonly commands: readonly CommandName[];
  readonly parts: readonly DistributionPart[];
  /** The versions of Node it is to run on, as a semver range. */
  readonly node: string;
}

export interface Linked {
  /** The files, by their paths in the distribution, with `/`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
}

/** Room for young objects is held to 4 MB, as the driver's own commands hold it: V8 gives more the longer a program runs. */
const FIRST_LINE = "#!/usr/bin/env -S node --max-semi-space-size=4";

/** Bundled CommonJS modules ask for Node's own modules by `require`. */
const REQUIRE = 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);';

const OUT = "distribution";

/**
 * Bundles a driver with a list of plugins in the place of its own: each command is one file, and each plugin a chunk that is
 * imported when a pipeline names it.
 */
export async function linkDriver(options: LinkOptions): Promise<Linked> {
  const { build } = await import("esbuild");
  const { base, fromSources } = options.place;
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: base,
      entryPoints: options.commands.map((command) => ({ in: `command:${command}`, out: command })),
      outdir: OUT,
      outExtension: { ".js": ".mjs" },
      chunkNames: "lib/[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: `node${minVersion(options.node)?.version ?? "22.12"}`,
      conditions: fromSources ? ["@millrace/source"] : [],
      charset: "utf8",
      legalComments: "eof",
      logLevel: "silent",
      metafile: true,
      write: false,
      banner: { js: REQUIRE },
      plugins: [listedPlugins(options)],
    });
    const files = outputFiles.map(
      ({ path, contents }) =>
        [
          path
            .split(/[\\/]/)
            .slice(base.split(/[\\/]/).length + 1)
            .join("/"),
          contents,
        ] as const,
    );
    return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), metafile };
  } catch (cause) {
    throw bundleError("the distribution can't be bundled", cause);
  }
}

/** What stands for the commands, the driver's list of plugins, and each plugin in it. */
function listedPlugins({ place, parts }: LinkOptions): Plugin {
  return {
    name: "distribution",
    setup(build) {
      build.onResolve({ filter: /^command:/ }, ({ path }) => ({ path: path.slice("command:".length), namespace: "command" }));
      build.onLoad({ filter: /.*/, namespace: "command" }, ({ path }) => ({
        contents: `${FIRST_LINE}\nimport { run } from "driver:${path}";\nawait run(process.argv.slice(2));\n`,
        resolveDir: place.base,
      }));
      build.onResolve({ filter: /^driver:/ }, ({ path }) => ({ path: place.commandModule(path.slice("driver:".length) as CommandName) }));

      build.onResolve({ filter: /^#builtin-plugins$/ }, () => ({ path: "plugins", namespace: "list" }));
      build.onLoad({ filter: /.*/, namespace: "list" }, () => ({ contents: listOf(parts), resolveDir: place.base }));
      build.onResolve({ filter: /^part:\d+$/ }, ({ path, kind, resolveDir }) => {
        const { built, specifier } = parts[Number(path.slice("part:".length))] as DistributionPart;
        if (built !== undefined) return { path: built.manifest.file, namespace: "built", pluginData: built.file };
        return build.resolve(specifier as string, { kind, resolveDir });
      });
      build.onLoad({ filter: /.*/, namespace: "built" }, ({ pluginData }) => ({ contents: withoutMap(readFileSync(pluginData as string, "utf8")) }));
    },
  };
}

/** The module that stands in the place of the driver's own list. */
function listOf(parts: readonly DistributionPart[]): string {
  const entries = parts.flatMap(({ version, plugins }, index) =>
    plugins.map(({ kind, name, aliases, description, stability, channels }) => {
      const described = JSON.stringify({ kind, name, aliases, description, stability, channels, version });
      return `  { ...${described}, load: () => import("part:${index}") },`;
    }),
  );
  return `export const BUILTINS = [\n${entries.join("\n")}\n];\n`;
}

/** The map of a plugin's file does not lie beside the chunk that it becomes. */
function withoutMap(code: string): string {
  return code.replace(/^\/\/# sourceMappingURL=.*\n?/gm, "");
}
