import { formatDiagnostics, summaryOf } from "@millrace/text";
import { printDiagnostics } from "../machine/terminal.ts";
import { counted, reported } from "../trace/report.ts";
import { type PolicyChoice, type ReadPolicies, readPolicies } from "./load-rules.ts";

/** Says all that is wrong with policies, and counts what is in them. Gives the exit code. */
export function checkPolicies(choice: PolicyChoice & { readonly json?: boolean }): Promise<number> {
  return reported(async () => {
    const policies = await readPolicies(choice);
    if (choice.json) process.stdout.write(`${JSON.stringify(plainOf(policies), undefined, 2)}\n`);
    else {
      printDiagnostics(policies.diagnostics);
      process.stdout.write(`${sizeText(policies)}; ${summaryOf(policies.diagnostics)}\n`);
    }
    return policies.failed ? 1 : 0;
  });
}

function sizeText({ files, ruleSet, macros, lists }: ReadPolicies): string {
  const disabled = ruleSet.rules.filter(({ enabled }) => !enabled).length;
  const rules = `${counted(ruleSet.rules.length, "rule")}${disabled > 0 ? ` (${disabled} not enabled)` : ""}`;
  return `${counted(files.length, "file")}: ${rules}, ${counted(macros.length, "macro")}, ${counted(lists.length, "list")}, ${counted(ruleSet.filters.length, "drop filter")}`;
}

function plainOf({ files, ruleSet, macros, lists, diagnostics, failed }: ReadPolicies): Readonly<Record<string, unknown>> {
  return {
    ok: !failed,
    files,
    rules: ruleSet.rules.length,
    macros: macros.length,
    lists: lists.length,
    filters: ruleSet.filters.length,
    diagnostics: diagnostics.map(({ severity, code, message, hint, place }) => ({
      severity,
      code,
      message,
      hint,
      file: place?.file,
      line: place?.line,
      column: place?.column,
      length: place?.length,
      text: formatDiagnostics([{ severity, code, message, ...(hint !== undefined && { hint }), ...(place && { place }) }])
        .split("\n")
        .slice(0, -1)
        .join("\n"),
    })),
  };
}
