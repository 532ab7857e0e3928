import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, MillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";
import { didYouMean } from "@millrace/text";
import { satisfies } from "semver";
import type { PluginPackage } from "../plugin/plugin-package.ts";
import type { Bundle } from "./bundle.ts";
import type { Tried } from "./try-bundle.ts";

/** The versions of Node that the plugin names, or else those of the release. This one must be among them, since the plugin is tried on it. */
export function nodeRange(plugin: PluginPackage, release: Release): string {
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
export function refuseOther(plugin: PluginPackage, out: string): void {
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

/** Whatever came into the bundle by way of others must be what the release has, too. */
export function checkBundled(plugin: PluginPackage, { packages }: Bundle, release: Release): void {
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

/** Options to try with are for plugins that are there. */
export function checkTriedNames(plugin: PluginPackage, given: Readonly<Record<string, unknown>>, { plugins }: Tried): void {
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
export function checkLayouts(plugin: PluginPackage, layouts: Readonly<Record<string, string>>, release: Release): void {
  const diagnostics = Object.entries(layouts)
    .filter(([name, layout]) => release.layouts[name] !== layout)
    .map(([name, layout]): Diagnostic => {
      const message = `plugin ${plugin.shortName} would bundle ${name} with the record layout ${layout}, and release ${release.driver} has ${release.layouts[name]}`;
      const hint = "install the packages anew; in a workspace write its release again: node tooling/release/release-file.mjs --fix";
      return { severity: "error", code: "MILLRACE_BUILDER_LAYOUT", message, hint };
    });
  if (diagnostics.length > 0) throw new MillraceError("MILLRACE_BUILDER_LAYOUT", "the layouts of records differ", { diagnostics });
}

/** One error for all pins that are wrong. */
export function wrongPins(plugin: PluginPackage, diagnostics: readonly Diagnostic[]): MillraceError {
  return new MillraceError("MILLRACE_BUILDER_PIN", `plugin ${plugin.shortName} does not pin what the release has`, { diagnostics });
}
