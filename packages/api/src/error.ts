import { ABI, brandOf, ERROR } from "./brand.ts";
import type { Diagnostic, Place } from "./place.ts";

/** What an error may carry beside its code and message. */
export interface ErrorDetails {
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Where in a configuration the reason lies. */
  readonly place?: Place;
  /** Every finding, where several were made at once. */
  readonly diagnostics?: readonly Diagnostic[];
  /** Whether the same call may succeed later. An output's delivery is tried again for such an error. */
  readonly retryable?: boolean;
}

/** The one error class of Millrace. Recognise it with {@link isMillraceError}, never by `instanceof`: bundles hold copies. */
export class MillraceError extends Error {
  /** `MILLRACE_AREA_WHAT`; docs/errors.md lists them. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly retryable: boolean;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "MillraceError";
    Object.defineProperty(this, ERROR, { value: { abi: ABI } });
    this.code = code;
    this.hint = details.hint;
    this.place = details.place;
    this.diagnostics = details.diagnostics ?? [];
    this.retryable = details.retryable ?? false;
  }
}

/** Whether a value is an error of ours, whichever copy of this module made it. */
export function isMillraceError(value: unknown): value is MillraceError {
  return brandOf(value, ERROR) !== undefined;
}
