import type { Diagnostic } from "@millrace/api";
import { ansiPalette, formatDiagnostics, type Palette, plainPalette } from "@millrace/text";

/** Writes findings to standard error, in colours where somebody looks at them (and `NO_COLOR` is not set). */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  const text = formatDiagnostics(diagnostics, { palette: paletteOf(process.stderr) });
  if (text !== "") process.stderr.write(`${text}\n`);
}

/** Colours for a stream, or none. */
function paletteOf(stream: { readonly isTTY?: boolean }): Palette {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb" ? ansiPalette : plainPalette;
}
