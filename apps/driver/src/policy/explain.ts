import { MillraceError } from "@millrace/api";
import type { Rule } from "@millrace/policy";
import { didYouMean } from "@millrace/text";
import { Progress } from "../trace/progress.ts";
import { readFlat } from "../trace/read-parts.ts";
import { reported } from "../trace/report.ts";
import { recordTest } from "../trace/where.ts";
import { explainRule } from "./explanation.ts";
import { type PolicyChoice, printErrors, type ReadPolicies, readPolicies } from "./load-rules.ts";
import { type FlatSource, type FoundRecord, findForRule, findRecord } from "./record-search.ts";

export interface ExplainOptions extends PolicyChoice {
  readonly rule: string;
  readonly trace: string;
  /** The number of the record, from 1. */
  readonly record?: number;
  /** The first record for which this holds. */
  readonly where?: string;
  /** Only a record that matches. */
  readonly first?: boolean;
  readonly onCorrupt: "stop" | "skip";
  readonly quiet?: boolean;
}

/** Says why a rule matches a record of a trace, or why not. Gives the exit code. */
export function explainPolicy(options: ExplainOptions): Promise<number> {
  return reported(async () => {
    const policies = await readPolicies(options);
    printErrors(policies);
    if (policies.failed) return 1;
    const rules = rulesNamed(options.rule, policies);
    const source: FlatSource = () => readFlat(options.trace, { onCorrupt: options.onCorrupt, progress: new Progress(options.quiet === true) });
    const texts: string[] = [];
    for (const rule of rules) {
      const { record, matches } = await chosenRecord(rule, source, policies, options);
      const nearest =
        matches || options.record !== undefined || options.where !== undefined ? "" : `no record of ${options.trace} matches; this one is nearest\n`;
      texts.push(nearest + explainRule(rule, record, policies));
    }
    process.stdout.write(texts.join("\n"));
    return 0;
  });
}

async function chosenRecord(rule: Rule, source: FlatSource, policies: ReadPolicies, options: ExplainOptions): Promise<FoundRecord> {
  const { record: wanted, where, first, trace } = options;
  if (wanted !== undefined || where !== undefined) {
    const test = where === undefined ? undefined : recordTest(where);
    const record = await findRecord(
      source,
      ({ batch, index, number }) => (wanted === undefined || number === wanted) && (test === undefined || test.holds(batch, index)),
      () => test?.begin(),
    );
    if (record !== undefined) return { record, matches: false };
    throw noRecord(
      `${trace} has no ${wanted === undefined ? "record for which the condition holds" : `record ${wanted}${where === undefined ? "" : " for which the condition holds"}`}`,
    );
  }
  const found = await findForRule(rule, source, policies);
  if (found === undefined) throw noRecord(`${trace} has no event that rules judge`);
  if (first && !found.matches) throw noRecord(`no record of ${trace} matches "${rule.name}"`, "without --first, the nearest one is explained");
  return found;
}

/** All rules of a name: there may be several. A rule that has an identity for a name is found by its title too. */
function rulesNamed(name: string, { ruleSet }: ReadPolicies): readonly Rule[] {
  for (const called of [(rule: Rule) => rule.name, (rule: Rule) => rule.title]) {
    const rules = ruleSet.rules.filter((rule) => called(rule) === name);
    if (rules.length > 0) return rules;
  }
  const names = ruleSet.rules.flatMap((rule) => (rule.title === undefined ? [rule.name] : [rule.title, rule.name]));
  throw new MillraceError("MILLRACE_POLICY_RULE", `there is no rule "${name}"`, {
    hint: didYouMean(name, names) ?? "millrace policy list says which there are",
  });
}

function noRecord(message: string, hint?: string): MillraceError {
  return new MillraceError("MILLRACE_POLICY_NO_RECORD", message, hint === undefined ? {} : { hint });
}
