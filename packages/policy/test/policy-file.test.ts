import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { read, rule, show } from "./support/reading.ts";

describe("policy files", () => {
  test("a rule with every key", () => {
    const { rules, findings } = read(`
- rule: "Shell in a container"   # quotes around a whole name come off
  desc: >
    A shell was started
    in a container
  condition: >
    sf.proc.name in (bash,
       sh)   # and so on
  output: anything %goes
  priority: WARNING
  tags: [a, "b c", mitre:T1059, ]
  prefilter:
    - PE
    - 'FF'
  actions: [now]
  enabled: yes
  source: sysflow
  warn_evttypes: false
`);
    expect(findings).toBe("");
    const { definition, condition } = rules[0] as (typeof rules)[0];
    expect(definition).toMatchObject({
      is: "rule",
      name: "Shell in a container",
      desc: "A shell was started in a container",
      priority: 2,
      tags: ["a", "b c", "mitre:T1059", ""],
      prefilter: [{ text: "PE" }, { text: "FF" }],
      actions: [{ text: "now" }],
      enabled: true,
      source: "sysflow",
    });
    expect(show(condition)).toBe("sf.proc.name in (bash, sh)");
  });

  test("every comma of a list divides, and behind a last one stands an empty item", () => {
    const { rules, findings } = read(`
- rule: r
  desc: d
  condition: a in (l, none)
  tags: ["a,b", 'c', "", d,]
  prefilter: ["PE,FE", ]
  actions: []
- list: l
  items: ["x,more", "", 'y']
- list: more
  items: [z]
- list: none
  items: []
- rule: untagged
  desc: d
  condition: a
  tags: []
`);
    expect(findings).toBe("");
    expect(rules.map(({ definition }) => definition)).toMatchObject([
      { tags: ["a", "b", "c", "", "d", ""], prefilter: [{ text: "PE" }, { text: "FE" }], actions: [] },
      { tags: [] },
    ]);
    expect(rules[0]?.list("l")).toEqual(["x", "z", "", "y"]);
    expect(rules[0]?.list("none")).toEqual([""]);
  });

  test("keys and whole conditions may stand in quotes, and a dash on a line of its own", () => {
    const { rules, findings } = read(`
-
  rule: first
  desc: 'it''s "one"'
  condition: "sf.type = PE and sf.proc.name != 'x'"
-   # a comment

  "rule": "the \\"second\\""
  'desc': "a" and "b"
  "condition": 'sf.type = "PE"'
- rule: third
  desc: d
  condition: "PE" = sf.type and sf.proc.name = "x"
`);
    expect(findings).toBe("");
    expect(rules.map(({ definition, condition }) => [definition.name, definition.is === "rule" && definition.desc, show(condition)])).toEqual([
      ["first", `it's "one"`, '(sf.type = PE and sf.proc.name != "x")'],
      ['the "second"', '"a" and "b"', 'sf.type = "PE"'],
      ["third", "d", '("PE" = sf.type and sf.proc.name = "x")'],
    ]);
  });

  test("keys stand in any order, the dash at any indentation, documents after each other", () => {
    const { rules, findings } = read(`---
   - rule: one that says bad output: here
  condition: a
  desc: over
     two lines
---
- drop: noise
  condition: b
- required_engine_version: 17
`);
    expect(findings).toBe("");
    expect(rules.map(({ definition }) => [definition.is, definition.name])).toEqual([
      ["rule", "one that says bad output: here"],
      ["filter", "noise"],
    ]);
    expect(rules[0]?.definition).toMatchObject({ desc: "over two lines" });
  });

  test("a | block keeps its lines", () => {
    const { rules } = read("- rule: r\n  desc: |\n    one\n      two\n  condition: |\n    a and\n    b\n");
    expect(rules[0]?.definition).toMatchObject({ desc: "one\n  two" });
    expect(show((rules[0] as (typeof rules)[0]).condition)).toBe("(@a and @b)");
  });

  test("CRLF and a byte order mark are borne", () => {
    const { rules, findings } = read(`\ufeff${rule("a and b").replaceAll("\n", "\r\n")}`);
    expect(findings).toBe("");
    expect(rules).toHaveLength(1);
  });

  test("every mistake of every file, once, with its place", () => {
    const { findings } = read(
      `- rule: no condition
  desc: d
- rule: x
  descr: d
  desc: e
  condition: a and
  priority: hi
  enabled: perhaps
  tags: [a, "b
- macro:
  condition: a
- lst: l
  items: [a]
`,
      "rule: without a dash\n",
      "# nothing\n",
    );
    expect(findings).toMatchInlineSnapshot(`
      "a.yaml:1:3: error MILLRACE_POLICY_KEY: a condition is missing
          - rule: no condition
            ^~~~
        hint: add "condition:"
      a.yaml:4:3: error MILLRACE_POLICY_KEY: a rule has no key "descr"
            descr: d
            ^~~~~
        hint: did you mean "desc"?
      a.yaml:6:19: error MILLRACE_POLICY_SYNTAX: expected an attribute, a literal or the name of a macro, got the end of the condition
            condition: a and
                            ^
      a.yaml:7:13: error MILLRACE_POLICY_VALUE: "hi" is no priority
            priority: hi
                      ^~
        hint: it is one of emergency, alert, critical, error, high, warning, medium, notice, informational, info, debug, low
      a.yaml:8:12: error MILLRACE_POLICY_VALUE: "enabled" is true or false, not "perhaps"
            enabled: perhaps
                     ^~~~~~~
      a.yaml:9:9: error MILLRACE_POLICY_SYNTAX: a list is not closed
            tags: [a, "b
                  ^
        hint: add "]"
      a.yaml:9:13: error MILLRACE_POLICY_SYNTAX: a string is not closed on its line
            tags: [a, "b
                      ^~
        hint: add " at its end
      a.yaml:10:3: error MILLRACE_POLICY_KEY: a macro needs a name
          - macro:
            ^~~~~
      a.yaml:12:3: error MILLRACE_POLICY_KEY: "lst" begins no definition
          - lst: l
            ^~~
        hint: did you mean "list"?
      b.yaml:1:1: error MILLRACE_POLICY_SYNTAX: expected a definition that begins with "-"
          rule: without a dash
          ^~~~~~~~~~~~~~~~~~~~
        hint: a definition begins with "- rule:", "- macro:", "- list:", "- filter:" or "- drop:"
      b.yaml:1:1: error MILLRACE_POLICY_EMPTY: the file has no definition
          rule: without a dash
          ^
        hint: a definition begins with "- rule:", "- macro:", "- list:", "- filter:" or "- drop:"
      c.yaml:1:1: error MILLRACE_POLICY_EMPTY: the file has no definition
          # nothing
          ^
        hint: a definition begins with "- rule:", "- macro:", "- list:", "- filter:" or "- drop:"
      12 errors"
    `);
  });

  test("whatever is written, reading ends", () => {
    const lines = fc.constantFrom(
      "- rule: x",
      "- macro: m",
      "- list: l",
      "  desc: d",
      "  condition: a",
      "  condition: >",
      "    b and c",
      "  items: [a, b",
      "  ]",
      "  tags: []",
      "  enabled: x",
      "---",
      "# c",
      "",
      "  exceptions:",
      "    - name: e",
      "      fields: [a, b]",
      "      values: [[1]]",
      "\tx",
      "- ",
      "  append: true",
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 25 }), (text) => void read(text.join("\n"))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => void read(text)),
      { numRuns: 500 },
    );
  });
});
