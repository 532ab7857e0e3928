import { createHash } from "node:crypto";
import type { Condition, RuleSet } from "@millrace/policy";

/** The most names that a line gives of each kind of change. */
const MOST_NAMES = 20;

/** What differs between two sets of rules, in a sentence: the names of what was added, removed and changed. */
export function changesText(before: RuleSet, after: RuleSet): string {
  const parts = [...changesOf("rules", before.rules, after.rules), ...changesOf("filters", before.filters, after.filters)];
  return parts.length === 0 ? "no rule says anything else than before" : parts.join("; ");
}

interface Named {
  readonly name: string;
  readonly condition: Condition;
}

function changesOf(what: string, before: readonly Named[], after: readonly Named[]): string[] {
  const prints = new Map<Condition, string>();
  const old = byName(before, prints);
  const now = byName(after, prints);
  const line = (verb: string, names: readonly string[]): string[] => {
    if (names.length === 0) return [];
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
    return [`${what} ${verb}: ${names.slice(0, MOST_NAMES).join(", ")}${more}`];
  };
  return [
    ...line(
      "added",
      [...now.keys()].filter((name) => !old.has(name)),
    ),
    ...line(
      "removed",
      [...old.keys()].filter((name) => !now.has(name)),
    ),
    ...line(
      "changed",
      [...now].flatMap(([name, print]) => (old.has(name) && old.get(name) !== print ? [name] : [])),
    ),
  ];
}

/** By name: what stands for the content of all that have it. */
function byName(list: readonly Named[], prints: Map<Condition, string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { condition, ...rest } of list) {
    const content = JSON.stringify({ ...rest, place: undefined, condition: printOf(condition, prints) });
    found.set(rest.name, `${found.get(rest.name) ?? ""}${content}`);
  }
  return found;
}

/** The same for conditions that say the same, whichever set they belong to. Parts that are shared are looked at once. */
function printOf(condition: Condition, prints: Map<Condition, string>): string {
  const known = prints.get(condition);
  if (known !== undefined) return known;
  const print = createHash("sha256").update(contentOf(condition, prints)).digest("base64");
  prints.set(condition, print);
  return print;
}

function contentOf(condition: Condition, prints: Map<Condition, string>): string {
  switch (condition.node) {
    case "and":
    case "or":
      return `${condition.node} ${condition.terms
        .map((term) => printOf(term, prints))
        .sort()
        .join(" ")}`;
    case "not":
      return `not ${printOf(condition.term, prints)}`;
    default:
      return JSON.stringify({ ...condition, id: undefined }, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  }
}
