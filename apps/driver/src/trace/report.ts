import { type Diagnostic, isMillraceError } from "@millrace/api";
import { printDiagnostics } from "../machine/terminal.ts";

/** Runs a command to its exit code. An error of ours is printed as a finding, with all findings that it carries. */
export async function reported(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (cause) {
    if (!isMillraceError(cause)) throw cause;
    const { code, message, hint, place, diagnostics } = cause;
    const finding: Diagnostic = { severity: "error", code, message, ...(hint !== undefined && { hint }), ...(place && { place }) };
    printDiagnostics(diagnostics.length > 0 ? diagnostics : [finding]);
    return 1;
  }
}

/** Tells of something that does no harm to the rest, on standard error. */
export function warn(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

/** `1 record`, `2 records`. */
export function counted(count: number, noun: string, nouns: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
