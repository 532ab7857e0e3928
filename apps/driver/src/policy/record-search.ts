import type { AttributeValue } from "@millrace/api/sysflow";
import { decide, Engine, type Outline, type ReadAttribute, type Rule, subjectValue } from "@millrace/policy";
import type { NumberedRecord } from "../trace/fields.ts";
import { typeOf } from "../trace/fields.ts";
import type { NumberedBatch } from "../trace/read-parts.ts";
import { readerOf } from "./explanation.ts";
import type { ReadPolicies } from "./load-rules.ts";

/** Flat records that can be gone through again and again. */
export type FlatSource = () => AsyncIterable<NumberedBatch>;

/** What was found for a rule: the first record that it matches, or else the nearest one; `undefined` if there is no record at all. */
export interface FoundRecord {
  readonly record: NumberedRecord;
  readonly matches: boolean;
}

/**
 * Looks for the first record that a rule matches, or else for the one that is nearest: of which most of what the rule asks for
 * is true. Of an `or`, its best part counts.
 */
export async function findForRule(rule: Rule, source: FlatSource, policies: ReadPolicies): Promise<FoundRecord | undefined> {
  const alone = new Engine({ rules: [{ ...rule, enabled: true }], filters: [], conditions: policies.ruleSet.conditions }, policies.builder);
  const outline = policies.outline(rule);
  let nearest: NumberedRecord | undefined;
  let best = -1;
  for await (const { batch, before } of source()) {
    alone.begin();
    for (let index = 0; index < batch.records; index += 1) {
      const record: NumberedRecord = { batch, index, number: before + index + 1 };
      if (alone.judge(batch, index).rules.length > 0) return { record: kept(record), matches: true };
      const near = nearnessOf(rule, outline, record);
      if (near <= best) continue;
      best = near;
      nearest = kept(record);
    }
  }
  return nearest && { record: nearest, matches: false };
}

/** The first record that passes a test. */
export async function findRecord(
  source: FlatSource,
  test: (record: NumberedRecord) => boolean,
  begin: () => void = () => undefined,
): Promise<NumberedRecord | undefined> {
  for await (const { batch, before } of source()) {
    begin();
    for (let index = 0; index < batch.records; index += 1) {
      const record: NumberedRecord = { batch, index, number: before + index + 1 };
      if (test(record)) return kept(record);
    }
  }
  return undefined;
}

/** The same record in memory of its own. */
export function kept({ batch, index, number }: NumberedRecord): NumberedRecord {
  return { batch: batch.detach(index), index: 0, number };
}

/** How much of what a rule asks for is true of a record, from 0 to 1. */
function nearnessOf(rule: Rule, outline: Outline, record: NumberedRecord): number {
  const near = nearness(outline, true, readerOf(record));
  if (rule.types.length === 0) return near;
  return (near + (rule.types.includes(typeOf(record)) ? 1 : 0)) / 2;
}

/** What it counts for that a record has at least a value where a rule looks for another one. */
const THERE_AT_LEAST = 0.001;

function isThere(value: AttributeValue): boolean {
  return typeof value === "object" ? value.length > 0 : value !== "";
}

function nearness(outline: Outline, wanted: boolean, read: ReadAttribute): number {
  const [only] = outline.parts;
  if (only === undefined) {
    if (decide(outline.condition, read) === wanted) return 1;
    return outline.attributes.some((subject) => isThere(subjectValue(subject, read))) ? THERE_AT_LEAST : 0;
  }
  if (outline.kind === "macro") return nearness(only, wanted, read);
  if (outline.kind === "not") return nearness(only, !wanted, read);
  const each = outline.parts.map((part) => nearness(part, wanted, read));
  const all = (outline.kind === "and") === wanted;
  return all ? each.reduce((sum, near) => sum + near, 0) / each.length : Math.max(...each);
}
