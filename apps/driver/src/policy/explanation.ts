import type { AttributeValue } from "@millrace/api/sysflow";
import { attributesOf, type Condition, decide, type Outline, type ReadAttribute, type Rule, type Subject, subjectText, subjectValue } from "@millrace/policy";
import { formatPlace } from "@millrace/text";
import { type NumberedRecord, recordLine, typeOf } from "../trace/fields.ts";
import { printable } from "../trace/formats.ts";
import { PRIORITIES } from "./list.ts";
import type { ReadPolicies } from "./load-rules.ts";

/** The most characters of a condition or a value that are shown. */
const LONGEST = 160;
/** The most attributes of one leaf whose values are all shown. */
const MOST_ATTRIBUTES = 6;
/** The most items of a list that are shown. */
const MOST_ITEMS = 12;

/** What a rule says of a record, and why: its head, the record, the verdict, and the condition as a tree with every value. */
export function explainRule(rule: Rule, record: NumberedRecord, policies: ReadPolicies): string {
  const read = readerOf(record);
  const dropping = policies.ruleSet.filters.find(({ enabled, condition }) => enabled && decide(condition, read));
  const applies = rule.types.length === 0 || rule.types.includes(typeOf(record));
  const holds = applies && decide(rule.condition, read);
  const lines = [
    `${printable(titleOf(rule))} (${PRIORITIES[rule.priority]}) ${formatPlace(rule.place)}`,
    printable(recordLine(record)),
    verdictText(holds, rule, dropping?.name),
    "",
  ];
  if (rule.types.length > 0) lines.push(`${mark(applies)} prefilter [${rule.types.join(", ")}]   # sf.type: ${typeOf(record)}`);
  lines.push(...explainCondition(policies.outline(rule), record));
  if (dropping) lines.push("", `drop filter ${printable(dropping.name)}`, ...explainCondition(policies.outline(dropping), record));
  return `${lines.join("\n")}\n`;
}

/** What a rule is called: its name, and beside it the title that people know it by, where that is another. */
function titleOf({ name, title }: Rule): string {
  return title === undefined || title === name ? name : `${title} [${name}]`;
}

function verdictText(holds: boolean, rule: Rule, droppedBy: string | undefined): string {
  if (!holds) return "does not match";
  if (droppedBy !== undefined) return `would match, but the drop filter "${printable(droppedBy)}" discards the record before any rule is asked`;
  return rule.enabled ? "matches" : "would match, but the rule is not enabled";
}

/** The tree of a condition: whether each part holds, and what the record has. A part that the verdict did not need is marked so, with all below it. */
function explainCondition(outline: Outline, record: NumberedRecord): string[] {
  return linesOf(outline, readerOf(record), 0, "asked");
}

/** @param asked - `skipped` for a part that is passed over, `below` for what is in such a part */
function linesOf(outline: Outline, read: ReadAttribute, depth: number, asked: "asked" | "skipped" | "below"): string[] {
  const holds = decide(outline.condition, read);
  const notes = [...valueTexts(outline, read), ...outline.lists.map(listText)];
  const named = outline.kind === "macro" || outline.kind === "search";
  const what = named ? `${printable(outline.text)} (${outline.kind})` : shortened(printable(outline.text));
  const line = `${"  ".repeat(depth)}${mark(holds)} ${what}${notes.length > 0 ? `   # ${notes.join("; ")}` : ""}${asked === "skipped" ? "   (not asked)" : ""}`;
  // `and` is decided by the first part that fails, `or` by the first that holds: what comes behind is not asked.
  const deciding = outline.kind === "and" ? false : outline.kind === "or" ? true : undefined;
  const decided = deciding === undefined ? -1 : outline.parts.findIndex(({ condition }) => decide(condition, read) === deciding);
  const inside = (index: number): "asked" | "skipped" | "below" => (asked !== "asked" ? "below" : decided < 0 || index <= decided ? "asked" : "skipped");
  return [line, ...outline.parts.flatMap((part, index) => linesOf(part, read, depth + 1, inside(index)))];
}

function mark(holds: boolean): string {
  return holds ? "✓" : "✗";
}

/** What the record has where a leaf looks. Of many places, such as those of a keyword, only those that hold are worth a word. */
function valueTexts({ kind, attributes, condition }: Outline, read: ReadAttribute): string[] {
  if (attributes.length === 0) return kind === "leaf" && condition.node === "constant" ? [condition.value ? "always true" : "never true"] : [];
  const shown = attributes.length > MOST_ATTRIBUTES && condition.node === "or" ? holdingAttributes(condition.terms, read) : attributes;
  if (shown.length === 0) return [`none of ${attributes.length} attributes`];
  return shown.map((subject) => `${subjectText(subject)}: ${shortened(plainText(subjectValue(subject, read)))}`);
}

function holdingAttributes(terms: readonly Condition[], read: ReadAttribute): readonly Subject[] {
  return [
    ...new Map(terms.filter((term) => decide(term, read)).flatMap((term) => attributesOf(term).map((subject) => [subjectText(subject), subject]))).values(),
  ];
}

function listText({ name, items }: { readonly name: string; readonly items: readonly string[] }): string {
  const more = items.length - MOST_ITEMS;
  return `${name} = [${items.slice(0, MOST_ITEMS).map(printable).join(", ")}${more > 0 ? `, and ${more} more` : ""}]`;
}

function plainText(value: AttributeValue): string {
  if (typeof value === "string") return printable(JSON.stringify(value));
  return typeof value === "object" ? `[${value.map((item) => printable(String(item))).join(", ")}]` : String(value);
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** Reads attributes of one record. */
export function readerOf({ batch, index }: NumberedRecord): ReadAttribute {
  return (attribute) => attribute.get(batch, index);
}
