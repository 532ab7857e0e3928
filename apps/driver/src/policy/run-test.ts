import type { Rule } from "@millrace/policy";
import { flatten } from "@millrace/sysflow";
import { type NumberedRecord, recordLine } from "../trace/fields.ts";
import { printable } from "../trace/formats.ts";
import { Progress } from "../trace/progress.ts";
import { readFlat } from "../trace/read-parts.ts";
import { explainRule } from "./explanation.ts";
import type { ReadPolicies } from "./load-rules.ts";
import { type FlatSource, findForRule, kept } from "./record-search.ts";
import type { PolicyTest } from "./test-file.ts";

/** How a test went. */
export interface TestResult {
  /** How many records were judged. */
  readonly records: number;
  /** What is not as expected, each with its explanation; none for a test that passes. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly message: string;
  readonly explanation: string;
}

/** The most failures of one test that are told of. */
const MOST_FAILURES = 10;

/** Runs a test. */
export async function runTest(test: PolicyTest, policies: ReadPolicies, quiet: boolean): Promise<TestResult> {
  const source = sourceOf(test, quiet);
  const check = new Check(test);
  let records = 0;
  for await (const { batch, before } of source()) {
    policies.engine?.begin();
    for (let index = 0; index < batch.records; index += 1) {
      const verdict = policies.engine?.judge(batch, index);
      check.record({ batch, index, number: before + index + 1 }, verdict?.rules ?? []);
    }
    records += batch.records;
  }
  const wrong = check.end(records);
  const failures: Failure[] = [];
  for (const each of wrong.slice(0, MOST_FAILURES)) failures.push({ message: each.message, explanation: await explain(each, source, policies) });
  if (wrong.length > MOST_FAILURES) failures.push({ message: `and ${wrong.length - MOST_FAILURES} more`, explanation: "" });
  return { records, failures };
}

function sourceOf({ told, trace }: PolicyTest, quiet: boolean): FlatSource {
  if (trace !== undefined) return () => readFlat(trace, { onCorrupt: "stop", progress: new Progress(quiet) });
  const batch = told && flatten(told.scenario.records);
  return async function* () {
    if (batch !== undefined) yield { batch, before: 0 };
  };
}

/** Something that is not as expected. */
interface Wrong {
  readonly message: string;
  /** The rules to explain: on the record, or else on the one that comes nearest. */
  readonly rules: readonly string[];
  readonly record?: NumberedRecord;
}

/** Compares what fires with what a test expects, record by record. */
class Check {
  readonly #test: PolicyTest;
  readonly #wrong: Wrong[] = [];
  readonly #fired: Set<string> = new Set();
  readonly #forbidden: Set<string>;
  /** How many of the expected rules have fired in their order. */
  #reached = 0;

  constructor(test: PolicyTest) {
    this.#test = test;
    this.#forbidden = new Set(test.not.map(({ text }) => text));
  }

  record(record: NumberedRecord, rules: readonly Rule[]): void {
    const fired = rules.map(({ name }) => name);
    for (const name of fired) this.#firing(name, record);
    const at = this.#test.expectAt.get(record.number);
    if (at !== undefined)
      this.#exactly(
        at.map(({ text }) => text),
        new Set(fired),
        [record],
        `record ${record.number}`,
      );
    this.#event(record, fired);
  }

  /** @param records - how many there were */
  end(records: number): readonly Wrong[] {
    const { expect = [], expectAt, told } = this.#test;
    for (const { text } of expect) if (!this.#fired.has(text)) this.#wrong.push({ message: `expected "${text}" to fire: it did not`, rules: [text] });
    const late = expect[this.#reached];
    if (late !== undefined && this.#fired.has(late.text)) {
      const before = expect[this.#reached - 1];
      this.#wrong.push({ message: `expected "${late.text}" to fire after "${before?.text ?? ""}": it fired only before`, rules: [] });
    }
    for (const number of expectAt.keys())
      if (number > records) this.#wrong.push({ message: `expected something of record ${number}: there are only ${records}`, rules: [] });
    for (const event of told?.events ?? []) {
      if (event.records === 0 && event.expect !== undefined && event.expect.length > 0)
        this.#wrong.push({ message: `expected "${event.expect[0]?.text}" of what is no event`, rules: [] });
    }
    return this.#wrong;
  }

  #firing(name: string, record: NumberedRecord): void {
    const { expect } = this.#test;
    while (expect?.[this.#reached]?.text === name) this.#reached += 1;
    if (this.#fired.has(name)) return;
    this.#fired.add(name);
    if (this.#forbidden.has(name)) this.#wrong.push({ message: `"${name}" must not fire, and did`, rules: [name], record: kept(record) });
    else if (expect?.length === 0) this.#wrong.push({ message: `no rule was to fire, and "${name}" did`, rules: [name], record: kept(record) });
  }

  /** Records of the event that is going on, and what they fired. */
  #open: NumberedRecord[] = [];
  readonly #openFired: Set<string> = new Set();

  #event(record: NumberedRecord, fired: readonly string[]): void {
    const event = this.#test.told?.events.find(({ first, records }) => record.number >= first && record.number < first + records);
    if (event?.expect === undefined) return;
    this.#open.push(kept(record));
    for (const name of fired) this.#openFired.add(name);
    if (record.number < event.first + event.records - 1) return;
    this.#exactly(
      event.expect.map(({ text }) => text),
      this.#openFired,
      this.#open,
      "the event",
    );
    this.#open = [];
    this.#openFired.clear();
  }

  #exactly(expected: readonly string[], fired: ReadonlySet<string>, records: readonly NumberedRecord[], what: string): void {
    const [first] = records;
    if (first === undefined) return;
    const record = kept(first);
    for (const name of expected) {
      if (!fired.has(name)) this.#wrong.push({ message: `expected "${name}" to fire for ${what}: it did not`, rules: [name], record });
    }
    for (const name of fired) {
      if (!expected.includes(name)) this.#wrong.push({ message: `"${name}" fired for ${what}, which was not expected`, rules: [name], record });
    }
  }
}

async function explain({ rules, record }: Wrong, source: FlatSource, policies: ReadPolicies): Promise<string> {
  const texts: string[] = [];
  for (const rule of policies.ruleSet.rules.filter(({ name }) => rules.includes(name))) {
    const shown = record ?? (await findForRule(rule, source, policies))?.record;
    texts.push(shown === undefined ? "there is no event that rules judge\n" : explainRule(rule, shown, policies));
  }
  return texts.length > 0 ? texts.join("\n") : record === undefined ? "" : `${printable(recordLine(record))}\n`;
}
