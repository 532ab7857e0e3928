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

/** Whether a run came to the end that was wanted: its sources had no more, or a signal drained it in time, and every node has ended. */
export function hasEndedWell({ state, cutOff, leftBehind }: RunResult): boolean {
  return (state === "finished" || state === "drained") && !cutOff && leftBehind.length === 0;
}

/** What was left undone at the end, a sentence each: nodes that did not end, and records that were cut off. */
export function leftUndone({ cutOff, lost, leftBehind }: RunResult): string[] {
  const nodes = leftBehind.map((node) => `${node} did not end in time`);
  return cutOff ? [...nodes, `the grace time was over before all was done: ${lost.records} records were lost`] : nodes;
}

/** An error with what to do about it. */
export function sentenceOf(error: Error): string {
  return isMillraceError(error) && error.hint !== undefined ? `${error.message} (${error.hint})` : error.message;
}
