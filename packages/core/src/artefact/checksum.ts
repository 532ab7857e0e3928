import { createHash } from "node:crypto";
import type { Diagnostic } from "@millrace/api";
import type { PluginManifest } from "./manifest.ts";

/** SHA-256 of some bytes, in lower-case hexadecimal, as a manifest has it. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * What is wrong where a file is not the one that its manifest describes, or `undefined`.
 *
 * @param shown - the file as messages call it
 * @param mend - what else to do about it
 */
export function compareSum(manifest: PluginManifest, bytes: Uint8Array, shown: string, mend: string): Diagnostic | undefined {
  const found = sha256(bytes);
  if (found === manifest.sha256) return undefined;
  const problem = { severity: "error", code: "MILLRACE_ARTEFACT_CHANGED" } as const;
  if (sha256(withoutCarriageReturns(bytes)) === manifest.sha256) {
    return {
      ...problem,
      message: `${shown} is not as it was built: its line ends were turned into those of Windows`,
      hint: `copy it again as a binary file; git leaves it alone with "*.mjs -text" in .gitattributes`,
    };
  }
  return {
    ...problem,
    message: `${shown} is not as it was built: its SHA-256 is ${found.slice(0, SHOWN)}…, and its manifest says ${manifest.sha256.slice(0, SHOWN)}…`,
    hint: `copy the file and its manifest again from where they were built, or: ${mend}`,
  };
}

/** How many digits tell two sums apart for people. */
const SHOWN = 16;

const CR = 13;
const LF = 10;

function withoutCarriageReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => byte !== CR || bytes[at + 1] !== LF);
}
