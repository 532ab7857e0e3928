import { DiagnosticBag, formatDiagnostics, Source } from "@millrace/text";
import { describe, expect, it } from "vitest";
import { readCondition } from "../src/falco/lone-condition.ts";
import { outlineFalcoRules } from "../src/falco/outline.ts";
import { readFalcoRules } from "../src/falco/rules.ts";
import { type Outline, outlineCondition, subjectValue } from "../src/outline.ts";
import { reachOf } from "../src/reach.ts";
import { readFieldMapping } from "../src/sigma/fields.ts";
import { outlineSigmaRules } from "../src/sigma/outline.ts";
import { readSigmaRules } from "../src/sigma/rules.ts";
import { sysflowCatalog } from "../src/sysflow-catalog.ts";
import { type Condition, ConditionBuilder } from "../src/tree.ts";

const RULES = `
- list: inner
  items: [bash]
- list: shells
  items: [sh, inner]
- macro: exec
  condition: sf.type = PE and sf.opflags = EXEC
- macro: shell
  condition: exec and sf.proc.name in (shells, "inner")
- drop: quiet
  condition: exec and sf.proc.args = -q
- rule: A
  desc: d
  condition: shell and not (sf.proc.uid < 10 or sf.proc.tty exists) and sf.net.dip = sf.net.sip
  exceptions:
    - name: known
      fields: [sf.proc.name, sf.proc.user]
      values:
        - [sh, root]
- macro: exec
  condition: or sf.opflags = CLONE
  append: true
- rule: B
  desc: d
  condition: sf.ke.message[items.0.name] contains "x, y" and 1 = 1
`;

function written(outline: Outline, depth = 0): string {
  const notes = [...outline.attributes.map(({ attribute }) => attribute), ...outline.lists.map(({ name, items }) => `${name}: ${items.join(" ")}`)];
  const line =
    `${"  ".repeat(depth)}${outline.kind === "leaf" ? "" : `${outline.kind} `}${["and", "or", "not"].includes(outline.text) ? "" : outline.text}`.trimEnd();
  return [`${line}${notes.length > 0 ? `   # ${notes.join("; ")}` : ""}`, ...outline.parts.map((part) => written(part, depth + 1))].join("\n");
}

describe("the outline of rules", () => {
  const sources = [new Source("r.yaml", RULES)];
  const builder = new ConditionBuilder();
  const found = new DiagnosticBag();
  const read = readFalcoRules(sources, sysflowCatalog, builder, { strict: true }, found);
  const outlined = outlineFalcoRules(sources, sysflowCatalog, builder);

  it("shows conditions as they were written, macros and lists by name", () => {
    expect(formatDiagnostics(found.list())).toBe("");
    expect(outlined.rules.map((outline) => written(outline())).join("\n\n")).toMatchInlineSnapshot(`
      "and
        and
          macro shell
            and
              macro exec
                or
                  and
                    sf.type = PE   # sf.type
                    sf.opflags = EXEC   # sf.opflags
                  sf.opflags = CLONE   # sf.opflags
              sf.proc.name in (shells, "inner")   # sf.proc.name; shells: sh bash
          not
            or
              sf.proc.uid < 10   # sf.proc.uid
              sf.proc.tty exists   # sf.proc.tty
          sf.net.dip = sf.net.sip   # sf.net.dip; sf.net.sip
        not
          or
            and
              sf.proc.name = sh   # sf.proc.name
              sf.proc.user = root   # sf.proc.user

      and
        sf.ke.message[items.0.name] contains "x, y"   # sf.ke.message
        1 = 1"
    `);
    expect([outlined.macros, outlined.lists]).toEqual([
      ["exec", "shell"],
      ["inner", "shells"],
    ]);
  });

  it("comes to the very conditions that the rules have", () => {
    expect(outlined.rules.map((outline) => outline().condition)).toEqual(read.rules.map(({ condition }) => condition));
    for (const [index, outline] of outlined.rules.entries()) expect(outline().condition).toBe(read.rules[index]?.condition);
    for (const [index, outline] of outlined.filters.entries()) expect(outline().condition).toBe(read.filters[index]?.condition);
    expect(outlined.filters.length).toBe(1);
  });

  it("tells for which records a rule can hold", () => {
    expect(read.rules.map((rule) => reachOf(rule, builder))).toMatchInlineSnapshot(`
      [
        [
          "PE",
          "NF",
          "FF",
          "FE",
        ],
        [
          "KE",
        ],
      ]
    `);
    expect(reachOf({ condition: read.rules[0]?.condition as Condition, types: ["KE"] }, builder)).toEqual([]);
  });

  it("can be made of the graph alone", () => {
    expect(written(outlineCondition(read.rules[0]?.condition as Condition))).toMatchInlineSnapshot(`
      "and
        or
          and
            sf.type = "PE"   # sf.type
            sf.opflags = "EXEC"   # sf.opflags
          sf.opflags = "CLONE"   # sf.opflags
        sf.proc.name = ("sh", "bash", "inner")   # sf.proc.name
        not
          or
            sf.proc.uid < 10   # sf.proc.uid
            sf.proc.tty exists   # sf.proc.tty
        sf.net.dip = sf.net.sip   # sf.net.dip; sf.net.sip
        not
          and
            sf.proc.name = "sh"   # sf.proc.name
            sf.proc.user = "root"   # sf.proc.user"
    `);
  });
});

it("says what a record has where a rule looks", () => {
  const read = (): string => '{"items":[{"name":"web"}]}';
  expect(subjectValue({ attribute: "sf.ke.message", path: "items.0.name" }, read)).toBe("web");
  expect(subjectValue({ attribute: "sf.ke.message", path: undefined }, read)).toBe(read());
});

describe("a condition that stands alone", () => {
  const read = (text: string): { condition: Condition | undefined; findings: string } => {
    const found = new DiagnosticBag();
    const condition = readCondition(new Source("--where", text), sysflowCatalog, new ConditionBuilder(), found);
    return { condition, findings: formatDiagnostics(found.list()) };
  };

  it("is read", () => {
    expect(read("sf.type = PE and sf.proc.uid = 0")).toMatchObject({ condition: { node: "and" }, findings: "" });
  });

  it.each(["", "sf.type =", "known_macro", "sf.proc.nme = x", "(sf.type = PE"])("is refused with its place: %s", (text) => {
    const { condition, findings } = read(text);
    expect(condition).toBeUndefined();
    expect(findings).toMatch(/^--where:1:\d+: error MILLRACE_POLICY_/);
  });
});

describe("the outline of Sigma rules", () => {
  const RULES = `
title: Two conditions
detection:
  tool:
    Image|endswith: [/a, /b]
    Size|gte: 5
  list:
    - User: root
    - User: null
      Image: '*x?'
  words: [one, two]
  _hidden: three
  condition:
    - tool and (1 of _* or not all of them)
    - list
---
title: Broken
detection:
  a: { Image|nonsense: x }
  condition: a
---
title: Folded
detection:
  same: { Image: /x }
  again: { Image: /x }
  condition: same and again
`;
  const sources = [new Source("s.yaml", RULES)];
  const mapping = readFieldMapping(
    new Source("m.yaml", "fieldmappings:\n  Image: sf.proc.exe\n  User: [sf.proc.user, sf.pproc.user]\n  Size: sf.flow.rbytes\n"),
    sysflowCatalog,
    new DiagnosticBag(),
  );
  const options = { strictLogsource: false, skipInvalid: true };
  const builder = new ConditionBuilder();
  const read = readSigmaRules(sources, sysflowCatalog, mapping, builder, options, new DiagnosticBag());
  const outlined = outlineSigmaRules(sources, sysflowCatalog, mapping, builder, options).rules.map((outline) => outline());

  it("shows searches by name, and fields as they were written", () => {
    const searchable = /; sf\.proc\.args.*(?=\n|$)/g;
    expect(outlined.map((outline) => written(outline).replaceAll(searchable, "; …")).join("\n\n")).toMatchInlineSnapshot(`
      "and
        search tool
          and
            Image|endswith: [/a, /b]   # sf.proc.exe
            Size|gte: 5   # sf.flow.rbytes
        or
          or 1 of _*
            search _hidden
              keyword three   # sf.proc.exe; …
          not
            and all of them
              search tool
                and
                  Image|endswith: [/a, /b]   # sf.proc.exe
                  Size|gte: 5   # sf.flow.rbytes
              search list
                or
                  User: root   # sf.proc.user; sf.pproc.user
                  and
                    User: null   # sf.proc.user; sf.pproc.user
                    Image: *x?   # sf.proc.exe
              search words
                or
                  keyword one   # sf.proc.exe; …
                  keyword two   # sf.proc.exe; …

      search list
        or
          User: root   # sf.proc.user; sf.pproc.user
          and
            User: null   # sf.proc.user; sf.pproc.user
            Image: *x?   # sf.proc.exe

      and
        search same
          Image: /x   # sf.proc.exe
        search again
          Image: /x   # sf.proc.exe"
    `);
  });

  it("comes to the very conditions that the rules have, and leaves out the same ones", () => {
    expect(read.map(({ title }) => title)).toEqual(["Two conditions", "Two conditions", "Folded"]);
    expect(outlined.length).toBe(read.length);
    for (const [index, { condition }] of outlined.entries()) expect(condition).toBe(read[index]?.condition);
  });
});
