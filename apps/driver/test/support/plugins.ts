import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ManifestPlugin, PluginManifest } from "@millrace/core";
import { release } from "@millrace/release";
import { layoutFingerprint } from "@millrace/sysflow";
import { buildSync } from "esbuild";
import { root } from "./places.ts";

/** Writes a plugin as one file that carries its own copy of the API, as the author of a plugin would ship it. */
export function writeBundledPlugin(file: string, source: string): void {
  mkdirSync(dirname(file), { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: join(root, "apps", "driver"), loader: "ts" },
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@millrace/source"],
  });
}

/** Writes a plugin that imports the API of the package that is linked beside it. */
export function writeLinkedPlugin(file: string, source: string): void {
  const modules = join(dirname(file), "node_modules", "@millrace");
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(root, "packages", "api"), join(modules, "api"));
  writeFileSync(file, source);
}

/**
 * Writes a plugin as the builder leaves it: one file, and the manifest beside it, which fits this driver unless `change`
 * says otherwise. The file says on standard output that it runs, before it does anything else.
 */
export function writeBuiltPlugin(folder: string, source: string, plugin: Pick<ManifestPlugin, "kind" | "name">, change: Partial<PluginManifest> = {}): void {
  const { name } = plugin;
  const file = join(folder, `${name}.mjs`);
  writeBundledPlugin(file, `process.stdout.write("running ${name}\\n");\n${source}`);
  const manifest: PluginManifest = {
    format: 1,
    name,
    version: "1.4.0",
    description: "A plugin of a test",
    file: `${name}.mjs`,
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    node: ">=22.12",
    release: { tag: release.driver, driver: release.driver },
    pins: Object.fromEntries(Object.entries(release.packages).map(([packageName, { version }]) => [packageName, version])),
    layouts: { "@millrace/sysflow": layoutFingerprint },
    plugins: [{ ...plugin, aliases: [], description: "A plugin of a test", stability: "beta", channels: { in: [], out: [] } }],
    bundled: [],
    sbom: {},
    ...change,
  };
  writeFileSync(join(folder, `${name}.manifest.json`), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
