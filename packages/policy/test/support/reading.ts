import { DiagnosticBag, formatDiagnostics, Source } from "@millrace/text";
import { type ResolvedDefinition, readLibrary } from "../../src/falco/library.ts";
import type { Expression, Operand } from "../../src/falco/syntax.ts";

/** Reads policy files given as text, named a.yaml, b.yaml and so on. */
export function read(...texts: readonly string[]): { readonly rules: ResolvedDefinition[]; readonly findings: string } {
  const found = new DiagnosticBag();
  const rules = readLibrary(
    texts.map((text, index) => new Source(`${String.fromCharCode(97 + index)}.yaml`, text)),
    found,
  );
  return { rules, findings: formatDiagnostics(found.list()) };
}

/** A rule around a condition. */
export function rule(condition: string, name = "r"): string {
  return `- rule: ${name}\n  desc: d\n  condition: ${condition}\n`;
}

/** A condition with all its parentheses, as a short text. */
export function show(expression: Expression): string {
  switch (expression.node) {
    case "and":
    case "or":
      return `(${expression.terms.map(show).join(` ${expression.node} `)})`;
    case "not":
      return `not ${show(expression.term)}`;
    case "reference":
      return `@${expression.name}`;
    case "exists":
      return `${showOperand(expression.operand)} exists`;
    case "compare":
      return `${showOperand(expression.left)} ${expression.operator} ${showOperand(expression.right)}`;
    case "among":
      return `${showOperand(expression.left)} ${expression.operator} (${expression.items.map(showOperand).join(", ")})`;
  }
}

function showOperand({ text, quoted }: Operand): string {
  return quoted ? `"${text}"` : text;
}
