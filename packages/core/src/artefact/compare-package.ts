import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@millrace/api";
import { inRange } from "./compare.ts";
import type { ArtefactHost } from "./host.ts";

/** A package that holds plugins and was not built into one file. */
export interface PluginPackage {
  readonly name: string;
  readonly version: string;
  /** The ranges of what it needs. */
  readonly needs: Readonly<Record<string, string>>;
  /** The versions of Node it runs on. */
  readonly node: string | undefined;
}

/** What the package.json of a folder says, or `undefined` where there is none that can be read: it then says nothing. */
export function readPackage(folder: string): PluginPackage | undefined {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    // Node itself says what is wrong with it when the package is imported.
    return undefined;
  }
  const { name, version, dependencies, peerDependencies, engines } = mapOf(data);
  return {
    name: typeof name === "string" ? name : folder,
    version: typeof version === "string" ? version : "",
    needs: texts({ ...mapOf(dependencies), ...mapOf(peerDependencies) }),
    node: texts(mapOf(engines)).node,
  };
}

/**
 * Every difference between what a package says it needs and the host: the ranges of our packages, and that of Node. A
 * need that is no semver range (of a workspace, a folder, a tag) is not judged: whoever wrote it has chosen one copy.
 *
 * @param shown - the package's file or name as messages call it
 */
export async function comparePackage({ name, version, needs, node }: PluginPackage, host: ArtefactHost, shown: string): Promise<Diagnostic[]> {
  const plugin = `plugin ${name}${version && ` ${version}`}${shown === name ? "" : ` (${shown})`}`;
  const findings: Diagnostic[] = [];
  for (const [need, range] of Object.entries(needs)) {
    const known = host.release.packages[need]?.version;
    if (known === undefined || !(await isRange(range)) || (await inRange(known, range))) continue;
    findings.push({
      severity: "error",
      code: "MILLRACE_ARTEFACT_VERSION",
      message: `${plugin} works with ${need} ${range}, and this driver has ${known}`,
      hint: `npm install ${name}@latest, or a version of it that works with ${need} ${known}`,
    });
  }
  if (node !== undefined && (await isRange(node)) && !(await inRange(host.node, node))) {
    const message = `${plugin} needs Node ${node}, and this is Node ${host.node}`;
    findings.push({ severity: "error", code: "MILLRACE_ARTEFACT_NODE", message, hint: `run the driver with Node ${node}` });
  }
  return findings;
}

async function isRange(text: string): Promise<boolean> {
  const { default: validRange } = await import("semver/ranges/valid.js");
  return validRange(text) !== null;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function texts(map: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
