import type { Diagnostic } from "@millrace/api";
import { ansiPalette, formatDiagnostics, plainPalette } from "@millrace/text";

/** Writes findings to standard error, in colours where somebody looks at them (and `NO_COLOR` is not set). */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  const text = formatDiagnostics(diagnostics, { palette: coloured(process.stderr) ? ansiPalette : plainPalette });
  if (text !== "") process.stderr.write(`${text}\n`);
}

/** Whether text on a stream may have colours (no-color.org). */
export function coloured(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}
