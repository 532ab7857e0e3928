import { resolve } from "node:path";
import type { Diagnostic } from "@millrace/api";
import { type Inspection, inspectArtefact, loaderSettings } from "@millrace/core";
import { printDiagnostics } from "../command/terminal.ts";
import { type ResolvedRelease, resolveRelease } from "../release/resolve.ts";
import { builtFiles } from "./locate.ts";

export interface VerifyRequest {
  /** Either of the files of a built plugin. */
  readonly file: string;
  /** The release whose driver is to load it. */
  readonly tag: string;
  readonly json?: boolean;
}

/** Says whether the driver of a release would load a built plugin, as its loader judges. Gives the exit code: 1 where it would not. */
export async function verifyFile({ file, tag, json = false }: VerifyRequest): Promise<number> {
  const { code } = builtFiles(file);
  const found = await resolveRelease(tag, process.cwd());
  const { manifest, refusals } = await inspectArtefact(
    { shown: code, path: resolve(code) },
    { ...loaderSettings(process.env), host: () => ({ release: found.release, node: process.versions.node }), requireManifest: true },
  );
  if (json) process.stdout.write(`${JSON.stringify(verdict(code, found, manifest, refusals), undefined, 2)}\n`);
  else {
    printDiagnostics(refusals);
    if (refusals.length === 0) {
      const { driver } = found.release;
      process.stdout.write(
        `${code} is whole: ${manifest?.name} ${manifest?.version}, which driver ${driver} loads (${found.from}, Node ${process.versions.node})\n`,
      );
    }
  }
  return refusals.some(({ severity }) => severity === "error") ? 1 : 0;
}

function verdict(
  file: string,
  { tag, release }: ResolvedRelease,
  manifest: Inspection["manifest"],
  refusals: readonly Diagnostic[],
): Readonly<Record<string, unknown>> {
  return {
    file,
    loads: !refusals.some(({ severity }) => severity === "error"),
    name: manifest?.name,
    version: manifest?.version,
    release: { tag, driver: release.driver },
    node: process.versions.node,
    findings: refusals.map(({ severity, code, message, hint }) => ({ severity, code, message, hint })),
  };
}
