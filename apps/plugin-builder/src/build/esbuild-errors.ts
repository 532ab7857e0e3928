import { type Diagnostic, MillraceError } from "@millrace/api";
import type { Message } from "esbuild";

/** What esbuild threw as an error of ours, with a finding for each of its own. What is none of its errors stays as it is. */
export function bundleError(message: string, cause: unknown): unknown {
  const { errors } = cause as { readonly errors?: readonly Message[] };
  if (errors === undefined || errors.length === 0) return cause;
  return new MillraceError("MILLRACE_BUILDER_BUNDLE", message, { diagnostics: errors.map(diagnosticOf) });
}

function diagnosticOf({ text, location, notes }: Message): Diagnostic {
  const hint = notes
    .map((note) => note.text)
    .filter((note) => note !== "")
    .join("\n");
  return {
    severity: "error",
    code: "MILLRACE_BUILDER_BUNDLE",
    message: text,
    ...(hint !== "" && { hint }),
    ...(location !== null && {
      place: {
        file: location.file,
        line: location.line,
        column: columnOf(location.lineText, location.column),
        length: Math.max(1, location.length),
        lineText: location.lineText,
      },
    }),
  };
}

/** esbuild counts columns in bytes, from 0. */
function columnOf(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length + 1;
}
