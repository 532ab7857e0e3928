import { MAX_RECORDS } from "@millrace/api";
import { DPORT, PROTO, SPORT } from "@millrace/sysflow/layout";
import { DiagnosticBag, formatDiagnostics, Source } from "@millrace/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConditionBuilder, Engine, interpret, type RuleSet, readFalcoRules, sysflowCatalog } from "../src/index.ts";
import { conditionText } from "./support/conditions.ts";
import { flatRows } from "./support/records.ts";

const TYPE_NAMES: Readonly<Record<number, string>> = { 4: "PE", 5: "NF", 6: "FF", 7: "FE", 11: "KE" };

function compiled(text: string): { readonly set: RuleSet; readonly engine: Engine } {
  const found = new DiagnosticBag();
  const builder = new ConditionBuilder();
  const read = readFalcoRules([new Source("rules.yaml", text)], sysflowCatalog, builder, { strict: false }, found);
  if (found.hasErrors) throw new Error(formatDiagnostics(found.list()));
  const set = { ...read, conditions: builder.nodes };
  return { set, engine: new Engine(set, builder) };
}

describe("the compiled engine", () => {
  test("says what the plain interpreter says, of random rules and random records", () => {
    const rule = fc.record({ condition: conditionText, types: fc.subarray(["PE", "NF", "FF", "FE", "KE"]), enabled: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.option(conditionText, { nil: undefined, freq: 4 }),
        fc.array(flatRows, { minLength: 1, maxLength: 2 }),
        (rules, drop, batches) => {
          const text = rules
            .map(
              ({ condition, types, enabled }, index) =>
                `- rule: r${index}\n  desc: d\n  condition: ${condition}\n  prefilter: [${types.join(", ")}]\n  enabled: ${enabled}\n`,
            )
            .join("");
          const { set, engine } = compiled(text + (drop === undefined ? "" : `- drop: f\n  condition: ${drop}\n`));
          for (const batch of batches) {
            if (batch === undefined) continue;
            engine.begin();
            for (let index = 0; index < batch.records; index++) {
              const dropped = set.filters.some(({ condition }) => interpret(condition, batch, index));
              const type = TYPE_NAMES[batch.type(index)] as (typeof set.rules)[0]["types"][0];
              const expected = dropped
                ? []
                : set.rules
                    .filter(({ types, enabled, condition }) => enabled && (types.length === 0 || types.includes(type)) && interpret(condition, batch, index))
                    .map(({ name }) => name);
              const verdict = engine.judge(batch, index);
              expect([verdict.dropped, verdict.rules.map(({ name }) => name)]).toEqual([dropped, expected]);
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("stays right where there are more combinations than it remembers", () => {
    const values = 32;
    const ends = { sport: SPORT, dport: DPORT, proto: PROTO };
    const names = Object.keys(ends);
    const rules = names.flatMap((end) =>
      Array.from({ length: values }, (_, value) => `- rule: ${end} ${value}\n  desc: d\n  condition: sf.net.${end} = ${value}\n`),
    );
    const { engine } = compiled(rules.join(""));
    const batch = fc.sample(flatRows, { numRuns: 40, seed: 7 }).find((rows) => rows !== undefined && [...rows].some(({ type }) => type === "NF"));
    const flow = batch === undefined ? -1 : Array.from(batch, ({ type }) => type).indexOf("NF");
    if (batch === undefined || flow < 0) throw new Error("the sample has no trace with a network flow");
    for (let judged = 0; judged < values ** names.length * 1.1; judged++) {
      if (judged % MAX_RECORDS === 0) engine.begin();
      const expected = Object.entries(ends).map(([name, place], digit) => {
        const value = Math.floor(judged / values ** digit) % values;
        batch.words[(batch.bases[flow] as number) + place] = value;
        return `${name} ${value}`;
      });
      const held = engine.judge(batch, flow).rules.map(({ name }) => name);
      if (held.join() !== expected.join()) throw new Error(`${expected.join()}: ${held.join()}`);
    }
  });

  test("records of which rules say the same share one verdict", () => {
    const { engine } = compiled("- rule: r\n  desc: d\n  condition: sf.type = PE\n");
    const batch = fc.sample(flatRows, { numRuns: 40, seed: 7 }).find((rows) => rows !== undefined && [...rows].filter(({ type }) => type === "PE").length > 1);
    if (batch === undefined) throw new Error("the sample has no trace with two process events");
    engine.begin();
    const verdicts = new Set(Array.from({ length: batch.records }, (_, index) => engine.judge(batch, index)).filter(({ rules }) => rules.length > 0));
    expect(verdicts.size).toBe(1);
  });
});
