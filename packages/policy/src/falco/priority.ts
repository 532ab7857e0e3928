import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import type { Priority } from "../rule-set.ts";
import type { Entry } from "./file-reader.ts";
import { readText } from "./values.ts";

/** The words of a Falco rule's priority, in any case. */
const PRIORITIES: Readonly<Record<string, Priority>> = {
  emergency: 3,
  alert: 3,
  critical: 3,
  error: 3,
  high: 3,
  warning: 2,
  medium: 2,
  notice: 1,
  informational: 1,
  info: 1,
  debug: 1,
  low: 1,
};

/** The priority of a rule that has none. */
export const DEFAULT_PRIORITY: Priority = 1;

export function readPriority(source: Source, entry: Entry, found: DiagnosticBag): Priority | undefined {
  const { text, span } = readText(source, entry);
  const priority = PRIORITIES[text.toLowerCase()];
  if (priority === undefined) {
    const words = Object.keys(PRIORITIES);
    found.error("MILLRACE_POLICY_VALUE", `"${text}" is no priority`, {
      place: source.at(span.start === span.end ? entry.keySpan : span),
      hint: didYouMean(text, words) ?? `it is one of ${words.join(", ")}`,
    });
  }
  return priority;
}
