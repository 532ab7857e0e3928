import { DiagnosticBag, Source } from "@millrace/text";
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkCondition } from "../src/falco/check.ts";
import { readLibrary } from "../src/falco/library.ts";
import { readFalcoRules } from "../src/falco/rules.ts";
import { sysflowCatalog } from "../src/sysflow-catalog.ts";
import { ConditionBuilder } from "../src/tree.ts";

// Few names, so that most are defined several times, before and behind the rules that use them.
const name = fc.constantFrom("a", "b");
const condition = fc.oneof(
  name.map((macro) => `m_${macro}`),
  fc.tuple(name, name).map(([one, other]) => `not m_${one} or m_${other} and sf.type = NF`),
  name.map((list) => `sf.proc.name in (l_${list}, x)`),
  fc.constantFrom("sf.proc.uid = 0", "sf.proc.nmae = y", "sf.file.path startswith /etc"),
);
const definition = fc.oneof(
  fc.tuple(name, condition).map(([macro, text]) => `- macro: m_${macro}\n  condition: ${text}\n`),
  fc.tuple(name, fc.integer({ min: 0, max: 9 }), name).map(([list, item, inner]) => `- list: l_${list}\n  items: [i${item}, l_${inner}]\n`),
  condition.map((text) => `- rule: r\n  desc: d\n  condition: ${text}\n`),
);
const file = fc.array(definition, { minLength: 1, maxLength: 10 }).map((definitions) => definitions.join(""));

it("a rule comes to what it would come to alone, whatever has been found out about names for the rules before it", () => {
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), (texts) => {
      const sources = texts.map((text, index) => new Source(`${index}.yaml`, text));
      const builder = new ConditionBuilder();
      const [together, alone] = [new DiagnosticBag(), new DiagnosticBag()];
      const { rules } = readFalcoRules(sources, sysflowCatalog, builder, { strict: false }, together);
      const each = readLibrary(sources, alone).map((rule) => checkCondition(rule, { catalog: sysflowCatalog, builder, found: alone, strict: false }));
      // A circle of macros ends the load: where it is cut depends on where one enters it.
      const codes = (bag: DiagnosticBag): ReadonlySet<string> => new Set(bag.list().map(({ code }) => code));
      expect(codes(together)).toEqual(codes(alone));
      if (alone.hasErrors) return;
      expect(rules.map((rule) => rule.condition)).toEqual(each);
      expect(together.list()).toEqual(alone.list());
    }),
    { numRuns: 500 },
  );
});
