import { dirname } from "node:path";
import type { Diagnostic } from "@millrace/api";
import { shellWord } from "@millrace/text";
import type { ArtefactHost } from "./host.ts";
import type { PluginManifest } from "./manifest.ts";
import type { Release } from "./release.ts";

/**
 * Every difference between what a plugin was built against and the host that is to load it: versions of packages, the
 * layouts of records, Node. One finding a difference, each with the command that mends it; none where it may be loaded.
 *
 * @param shown - the plugin's file as messages call it
 * @param mend - what to do about it; the command that builds it again, if absent
 */
export async function compareWithHost(
  manifest: PluginManifest,
  host: ArtefactHost,
  shown: string = manifest.file,
  mend: string = rebuildCommand(host.release, shown, manifest),
): Promise<Diagnostic[]> {
  const plugin = `plugin ${manifest.name} (${shown})`;
  return [
    ...comparePins(manifest, host.release, plugin, mend),
    ...compareLayouts(manifest, host.release, plugin, mend),
    ...(await compareNode(manifest, host, plugin)),
  ];
}

/** The command that builds a plugin for a release into the folder where its file is. */
export function rebuildCommand({ driver }: Release, shown: string, manifest?: PluginManifest): string {
  // Builds of a workspace share its version: the same one again means that the workspace has moved on.
  const tag = manifest?.release.tag === "dev" && manifest.release.driver === driver ? "dev" : driver;
  return `plugin-builder build DIR --tag ${tag} --fix --out ${shellWord(dirname(shown))}`;
}

function comparePins({ pins }: PluginManifest, { packages }: Release, plugin: string, hint: string): Diagnostic[] {
  return Object.entries(pins).flatMap(([name, version]): Diagnostic[] => {
    const known = packages[name]?.version;
    // Packages of others are in the bundle, whatever the host has of them.
    if (known === version || (known === undefined && !name.startsWith(OURS))) return [];
    const message = `${plugin} was built against ${name} ${version}, ${known === undefined ? "which this driver does not have" : `and this driver has ${known}`}`;
    return [{ severity: "error", code: "MILLRACE_ARTEFACT_VERSION", message, hint }];
  });
}

function compareLayouts({ layouts: built }: PluginManifest, { layouts }: Release, plugin: string, hint: string): Diagnostic[] {
  return Object.entries(built).flatMap(([name, fingerprint]): Diagnostic[] => {
    const known = layouts[name];
    if (known === fingerprint) return [];
    const have = known === undefined ? "this driver has none of that package" : `that of this driver is ${known}`;
    const message = `${plugin} was built for other records: the layout of ${name} was ${fingerprint}, and ${have}`;
    return [{ severity: "error", code: "MILLRACE_ARTEFACT_LAYOUT", message, hint }];
  });
}

async function compareNode({ node: range }: PluginManifest, { node }: ArtefactHost, plugin: string): Promise<Diagnostic[]> {
  if (await inRange(node, range)) return [];
  return [
    {
      severity: "error",
      code: "MILLRACE_ARTEFACT_NODE",
      message: `${plugin} needs Node ${range}, and this is Node ${node}`,
      hint: `run the driver with Node ${range}`,
    },
  ];
}

const OURS = "@millrace/";

/** Whether a version is in a semver range. A pre-release counts as what it leads to too, so that those who try it can load plugins. */
export async function inRange(version: string, range: string): Promise<boolean> {
  const { default: satisfies } = await import("semver/functions/satisfies.js");
  return [version, version.replace(/[-+].*$/, "")].some((each) => satisfies(each, range, { includePrerelease: true }));
}
