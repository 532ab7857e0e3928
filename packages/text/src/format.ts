import type { Diagnostic, Place } from "@millrace/api";
import { sortDiagnostics } from "./bag.ts";
import { caretLines } from "./caret.ts";
import { type Palette, plainPalette } from "./palette.ts";

export interface FormatOptions {
  /** Colours; none by default. */
  readonly palette?: Palette;
  /** The most columns of a source line that are shown. Default 120. */
  readonly width?: number;
}

/** All findings, by file and line, and a line that counts them. Empty where there are none. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions = {}): string {
  if (diagnostics.length === 0) return "";
  return [...sortDiagnostics(diagnostics).map((diagnostic) => formatDiagnostic(diagnostic, options)), summaryOf(diagnostics)].join("\n");
}

/**
 * One finding:
 *
 * ```text
 * pipeline.json:4:20: error MILLRACE_PLAN_PLUGIN: no processor is called "exprter"
 *       "processor": "exprter",
 *                    ^~~~~~~~~
 *   hint: did you mean "exporter"?
 * ```
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: FormatOptions = {}): string {
  const palette = options.palette ?? plainPalette;
  const { severity, code, place, hint } = diagnostic;
  const where = place === undefined ? "" : `${palette.place(`${formatPlace(place)}:`)} `;
  const lines = [`${where}${palette[severity](severity)} ${palette.code(`${code}:`)} ${indentAfterFirst(diagnostic.message, "  ")}`];
  const shown = place && caretLines(place, options);
  if (shown) lines.push(`    ${shown.source}`, `    ${palette.caret(shown.caret)}`);
  const cause = causeText(diagnostic);
  if (cause !== undefined) lines.push(`  cause: ${indentAfterFirst(cause, "         ")}`);
  if (hint !== undefined) lines.push(`  ${palette.hint("hint:")} ${indentAfterFirst(hint, "        ")}`);
  return lines.join("\n");
}

/** `file:line:col`. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** `2 errors, 1 warning`. */
export function summaryOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const parts = [...(errors > 0 ? [counted(errors, "error")] : []), ...(warnings > 0 ? [counted(warnings, "warning")] : [])];
  return parts.length === 0 ? "no errors" : parts.join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the cause says, where the message does not say it already. */
function causeText({ cause, message }: Diagnostic): string | undefined {
  if (cause === undefined || cause === null) return undefined;
  const text = cause instanceof Error ? cause.message : String(cause);
  return text === "" || message.includes(text) ? undefined : text;
}

function indentAfterFirst(text: string, indent: string): string {
  return text.includes("\n") ? text.split(/\r?\n/).join(`\n${indent}`) : text;
}
