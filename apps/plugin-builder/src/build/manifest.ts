import type { Diagnostic } from "@millrace/api";
import { MANIFEST_FORMAT, type PluginManifest, sha256 } from "@millrace/core";
import type { PluginPackage } from "../plugin/plugin-package.ts";
import type { ResolvedRelease } from "../release/resolve.ts";
import { VERSION } from "../version.ts";
import type { Bundle } from "./bundle.ts";
import { sbomOf } from "./sbom.ts";
import type { Tried } from "./try-bundle.ts";

/** A bundle, and what came of trying it. */
export interface Made {
  readonly bundled: Bundle;
  readonly tried: Tried;
}

/** The manifest of a built plugin. `node`: the versions of Node it runs on. */
export function manifestOf(plugin: PluginPackage, { tag, release }: ResolvedRelease, node: string, { bundled, tried }: Made): PluginManifest {
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

/** What a user of the built file should know of, although it was built. */
export function warningsOf(plugin: PluginPackage, { bundled }: Made): Diagnostic[] {
  const unlicensed = bundled.packages.filter(({ license }) => license === "NOASSERTION");
  const beside = new Set([...new TextDecoder().decode(bundled.code).matchAll(BESIDE)].map((match) => match[1] as string));
  return [
    ...unlicensed.map(({ name, version }): Diagnostic => {
      const message = `plugin ${plugin.shortName} bundles ${name} ${version}, which names no licence`;
      return { severity: "warning", code: "MILLRACE_BUILDER_LICENCE", message, hint: "look into its repository whether it may be passed on" };
    }),
    ...[...beside].map((path): Diagnostic => {
      const message = `plugin ${plugin.shortName} asks for ${path} beside its module, and the built file does not have it there`;
      return {
        severity: "warning",
        code: "MILLRACE_BUILDER_BESIDE",
        message,
        hint: "import it, or put its text into a module; or use the plugin as an npm package",
      };
    }),
  ];
}

/** A file named from where a module lies: that of a worker thread, or one that is read. */
const BESIDE = /new URL\(\s*["'`](\.{1,2}\/[^"'`$]+)["'`]\s*,\s*import\.meta\.url\s*\)/g;

/** What the runtime is: a plugin has been tried on this very version, whether or not any of it is in the bundle. */
const RUNTIME: readonly string[] = ["@millrace/api", "@millrace/core"];
