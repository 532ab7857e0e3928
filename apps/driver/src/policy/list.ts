import { type Priority, reachOf } from "@millrace/policy";
import { displayWidth } from "@millrace/text";
import { printable } from "../trace/formats.ts";
import { reported } from "../trace/report.ts";
import { type PolicyChoice, printErrors, type ReadPolicies, readPolicies } from "./load-rules.ts";

/** The names of priorities, by their number. */
export const PRIORITIES: Readonly<Record<Priority, string>> = { 0: "informational", 1: "low", 2: "medium", 3: "high", 4: "critical" };

/** Lists drop filters and rules, in the order in which they are asked. Gives the exit code. */
export function listPolicies(choice: PolicyChoice & { readonly json?: boolean }): Promise<number> {
  return reported(async () => {
    const policies = await readPolicies(choice);
    printErrors(policies);
    const entries = entriesOf(policies);
    process.stdout.write(choice.json ? `${JSON.stringify(entries, undefined, 2)}\n` : tableOf(entries));
    return policies.failed ? 1 : 0;
  });
}

/** A rule or drop filter, as it is listed. */
interface Entry {
  readonly kind: "rule" | "drop";
  readonly name: string;
  readonly title?: string;
  readonly priority?: string;
  /** The record types that it can hold for. */
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly actions: readonly string[];
  readonly desc: string;
  readonly file: string;
  readonly line: number;
}

function entriesOf({ ruleSet, builder }: ReadPolicies): Entry[] {
  const filters = ruleSet.filters.map(({ name, condition, enabled, place }): Entry => {
    return {
      kind: "drop",
      name,
      types: reachOf({ condition, types: [] }, builder),
      enabled,
      tags: [],
      actions: [],
      desc: "",
      file: place.file,
      line: place.line,
    };
  });
  const rules = ruleSet.rules.map((rule): Entry => {
    const { name, title, priority, enabled, tags, actions, desc, place } = rule;
    return {
      kind: "rule",
      name,
      ...(title !== undefined && title !== name && { title }),
      priority: PRIORITIES[priority],
      types: reachOf(rule, builder),
      enabled,
      tags,
      actions,
      desc,
      file: place.file,
      line: place.line,
    };
  });
  return [...filters, ...rules];
}

function tableOf(entries: readonly Entry[]): string {
  const titled = entries.some(({ title }) => title !== undefined);
  const lines = [
    ["KIND", "NAME", ...(titled ? ["TITLE"] : []), "PRIORITY", "TYPES", "ENABLED", "TAGS"],
    ...entries.map(({ kind, name, title, priority, types, enabled, tags }) => [
      kind,
      name,
      ...(titled ? [title ?? ""] : []),
      priority ?? "",
      types.length === 0 ? "never" : types.join(","),
      enabled ? "yes" : "no",
      tags.join(", "),
    ]),
  ].map((cells) => cells.map(printable));
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((cells) => displayWidth(cells[column] as string)))) ?? [];
  return lines
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => cell + " ".repeat((widths[column] as number) - displayWidth(cell)))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
