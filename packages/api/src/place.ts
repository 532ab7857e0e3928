/** A place in a text that somebody wrote. Lines and columns are counted from 1; a column is a UTF-16 code unit. */
export interface Place {
  /** The file as the user named it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many code units are meant, at least 1. */
  readonly length?: number;
  /** The whole line, without its line end, so that a reader can be shown the place without opening the file again. */
  readonly lineText?: string;
}

/** How bad a finding is: an `error` keeps the pipeline from starting, a `warning` does not. */
export type Severity = "error" | "warning";

/** One finding about a configuration, a policy or a plugin. Findings are collected and reported all at once. */
export interface Diagnostic {
  readonly severity: Severity;
  /** `MILLRACE_AREA_WHAT`; docs/errors.md lists them. */
  readonly code: string;
  /** One sentence without a full stop: what was found, and what was expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly place?: Place;
  readonly cause?: unknown;
}
