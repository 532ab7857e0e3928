import { type Diagnostic, MillraceError } from "@millrace/api";
import type { Message } from "esbuild";

/**
 * What esbuild threw as an error of ours, with a finding for each of its own. What is none of its errors stays as it is.
 *
 * @param nameOf what the user calls a file that esbuild names
 */
export function bundleError(message: string, cause: unknown, nameOf: (file: string) => string = (file) => file): unknown {
  const { errors } = cause as { readonly errors?: readonly Message[] };
  if (errors === undefined || errors.length === 0) return cause;
  return new MillraceError("MILLRACE_BUILDER_BUNDLE", message, { diagnostics: errors.map((error) => diagnosticOf(error, nameOf)) });
}

function diagnosticOf({ text, location, notes }: Message, nameOf: (file: string) => string): Diagnostic {
  const hint = hintFor(text, notes);
  return {
    severity: "error",
    code: "MILLRACE_BUILDER_BUNDLE",
    message: text,
    ...(hint !== undefined && { hint }),
    ...(location !== null && {
      place: {
        file: nameOf(location.file),
        line: location.line,
        column: columnOf(location.lineText, location.column),
        length: Math.max(1, location.length),
        lineText: location.lineText,
      },
    }),
  };
}

/** esbuild advises to leave out what is missing, but a plugin is to need nothing beside its file. */
function hintFor(text: string, notes: Message["notes"]): string | undefined {
  const [, missing] = /^Could not resolve "(.*)"$/.exec(text) ?? [];
  if (missing !== undefined) return /^[./]/.test(missing) ? "there is no such file" : `npm install ${missing}`;
  const said = notes.map((note) => note.text).filter((note) => note !== "");
  return said.length === 0 ? undefined : said.join("\n");
}

/** esbuild counts columns in bytes, from 0. */
function columnOf(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length + 1;
}
