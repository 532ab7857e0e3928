import { type Diagnostic, isMillraceError } from "@millrace/api";

/** The findings that an error stands for: those that it carries, or itself as one. */
export function findingsOf(cause: unknown): readonly Diagnostic[] {
  if (!isMillraceError(cause)) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return [
      { severity: "error", code: "MILLRACE_BUILDER_FAILED", message, ...(cause instanceof Error && cause.cause !== undefined && { cause: cause.cause }) },
    ];
  }
  if (cause.diagnostics.length > 0) return cause.diagnostics;
  const { code, message, hint, place } = cause;
  return [
    {
      severity: "error",
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(place !== undefined && { place }),
      ...(cause.cause !== undefined && { cause: cause.cause }),
    },
  ];
}
