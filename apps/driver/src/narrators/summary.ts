import { type Diagnostic, isMillraceError } from "@millrace/api";
import type { RunResult } from "@millrace/core";

/** The findings of a configuration in one line: the first error, and how many more there are. The rest has been printed. */
export function firstError(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const more = errors.length - 1;
  return `${errors[0]?.message ?? "the configuration can't be run"}${more > 0 ? ` (and ${more} more ${more === 1 ? "error" : "errors"})` : ""}`;
}

/** Whether anything was sent before a run ended. */
export function hasMoved({ done, refused, lost }: RunResult): boolean {
  return done.records + refused.records + lost.records > 0;
}

/** Whether a run came to the end that was wanted: its sources had no more, or a signal drained it, and every node has ended. */
export function hasEndedWell({ state, leftBehind }: RunResult): boolean {
  return (state === "finished" || state === "drained") && leftBehind.length === 0;
}

/** An error with what to do about it. */
export function sentenceOf(error: Error): string {
  return isMillraceError(error) && error.hint !== undefined ? `${error.message} (${error.hint})` : error.message;
}
