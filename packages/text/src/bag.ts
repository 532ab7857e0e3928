import { type Diagnostic, MillraceError, type Place } from "@millrace/api";

/** What a finding may say beside its code and message. */
export interface FindingDetails {
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Collects findings, so that they can be reported all at once. The same finding at the same place is kept once. */
export class DiagnosticBag {
  readonly #found: Diagnostic[] = [];
  readonly #known = new Set<string>();

  /** Notes what keeps the pipeline from starting. */
  error(code: string, message: string, details: FindingDetails = {}): void {
    this.add(finding("error", code, message, details));
  }

  /** Notes what somebody should know, but that does no harm. */
  warning(code: string, message: string, details: FindingDetails = {}): void {
    this.add(finding("warning", code, message, details));
  }

  /** Notes findings that were made elsewhere. */
  add(...diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      const { severity, code, message, place } = diagnostic;
      const key = JSON.stringify([severity, code, message, place?.file, place?.line, place?.column]);
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#found.push(diagnostic);
    }
  }

  get size(): number {
    return this.#found.length;
  }

  /** Whether an error is among the findings. */
  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === "error");
  }

  /** The findings, by file, line and column. */
  list(): Diagnostic[] {
    return sortDiagnostics(this.#found);
  }

  /** Throws one error that carries all findings, if an error is among them. */
  throwIfErrors(code: string, message: string): void {
    if (this.hasErrors) throw new MillraceError(code, message, { diagnostics: this.list() });
  }
}

/** By file, line and column; at one place errors first. Findings without a place come last. Otherwise the order is kept. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => comparePlaces(a.place, b.place) || rank(a) - rank(b));
}

/** The same findings with every warning made an error. */
export function strictly(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((diagnostic) => ({ ...diagnostic, severity: "error" }));
}

function finding(severity: Diagnostic["severity"], code: string, message: string, { place, hint, cause }: FindingDetails): Diagnostic {
  return { severity, code, message, ...(hint !== undefined && { hint }), ...(place && { place }), ...(cause !== undefined && { cause }) };
}

function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function rank({ severity }: Diagnostic): number {
  return severity === "error" ? 0 : 1;
}
