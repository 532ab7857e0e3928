/**
 * Places in a text that somebody wrote: spans, carets, nearest names and diagnostics. Every parser of ours uses it.
 *
 * @packageDocumentation
 */
export { DiagnosticBag, type FindingDetails, sortDiagnostics, strictly } from "./bag.ts";
export { type CaretOptions, caretLines } from "./caret.ts";
export { type FormatOptions, formatDiagnostic, formatDiagnostics, formatPlace, summaryOf } from "./format.ts";
export { didYouMean, editDistance, nearestName } from "./nearest.ts";
export { ansiPalette, type Palette, plainPalette } from "./palette.ts";
export { shellWord } from "./shell-word.ts";
export { type Position, Source, type Span } from "./source.ts";
export { displayWidth } from "./width.ts";
