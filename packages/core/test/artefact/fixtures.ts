import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Diagnostic, PluginKind } from "@millrace/api";
import { formatDiagnostics } from "@millrace/text";
import { afterEach, beforeEach } from "vitest";
import type { ArtefactHost, ManifestPlugin, PluginManifest, Release } from "../../src/index.ts";

/** A folder for each test, which is gone after it. */
export interface TestFolder {
  readonly path: string;
  /** Writes files below it. */
  write(texts: Readonly<Record<string, string>>): void;
  /** Findings as people see them, without the name of the folder. */
  text(diagnostics: readonly Diagnostic[]): string;
}

export function testFolder(): TestFolder {
  let path = "";
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "artefact-"));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    write(texts) {
      for (const [name, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    text: (diagnostics) => formatDiagnostics(diagnostics).replaceAll(path, "BASE"),
  };
}

export const release: Release = {
  format: 1,
  driver: "0.2.0",
  node: ">=22.12",
  packages: { "@millrace/api": { version: "0.2.0" }, "@millrace/core": { version: "0.2.1" }, "@millrace/text": { version: "0.1.0" } },
  dependencies: { zod: { version: "4.6.7" } },
  layouts: { "@millrace/text": "sha256-0123" },
};

export const host: ArtefactHost = { release, node: "24.21.0" };

/** The text of a plugin as a bundler would leave it: with no import of the API. It leaves a trace where it is run. */
export function pluginText(name: string, kind: PluginKind = "processor"): string {
  return `globalThis.imported = [...(globalThis.imported ?? []), ${JSON.stringify(name)}];
export const plugin = { [Symbol.for("millrace.plugin")]: { abi: 1 }, kind: "${kind}", name: "${name}", aliases: [], description: "From a file", version: undefined, channels: { in: [], out: [] }, hosts: {}, stability: "beta", node: () => ({ run() {} }) };
`;
}

/** The names of the plugins whose code has run in this process. */
export function imported(): readonly string[] {
  return (globalThis as { imported?: string[] }).imported ?? [];
}

export function manifestPlugin(name: string, kind: PluginKind = "processor"): ManifestPlugin {
  return { kind, name, aliases: [], description: "From a file", stability: "beta", channels: { in: [], out: [] } };
}

/** The manifest of a file with this text, which fits the host. */
export function manifestOf(name: string, text: string, more: Partial<PluginManifest> = {}): PluginManifest {
  return {
    format: 1,
    name,
    version: "1.4.0",
    description: "From a file",
    file: `${name}.mjs`,
    sha256: createHash("sha256").update(text).digest("hex"),
    node: ">=22.12",
    release: { tag: "0.2.0", driver: "0.2.0" },
    pins: { "@millrace/api": "0.2.0", "@millrace/core": "0.2.1", zod: "4.0.0" },
    layouts: { "@millrace/text": "sha256-0123" },
    plugins: [manifestPlugin(name)],
    bundled: [{ name: "@millrace/api", version: "0.2.0", license: "Apache-2.0" }],
    sbom: { bomFormat: "CycloneDX" },
    ...more,
  };
}

/** A built plugin: its file and its manifest. */
export function built(folder: string, name: string, more: Partial<PluginManifest> = {}): Record<string, string> {
  const text = pluginText(name);
  return { [`${folder}/${name}.mjs`]: text, [`${folder}/${name}.manifest.json`]: `${JSON.stringify(manifestOf(name, text, more), undefined, 2)}\n` };
}
