import { describe, expect, test } from "vitest";
import { read, rule, show } from "./support/reading.ts";

const shown = (expression: ReturnType<ReturnType<typeof read>["rules"][0]["macro"]>): string | undefined => expression && show(expression);

describe("names in policy files", () => {
  test("mean the last definition before the rule, else the last in its file, else that of a file before", () => {
    const { rules } = read(
      "- macro: m\n  condition: first_file\n- macro: only_here\n  condition: there\n",
      `- macro: m\n  condition: before\n${rule("m", "one")}- macro: m\n  condition: after\n${rule("m", "two")}- macro: late\n  condition: later\n`,
    );
    const [one, two] = rules;
    expect(shown(one?.macro("m"))).toBe("@before");
    expect(shown(two?.macro("m"))).toBe("@after");
    expect(shown(one?.macro("late"))).toBe("@later");
    expect(shown(one?.macro("only_here"))).toBe("@there");
    expect(one?.macro("none")).toBeUndefined();
  });

  test("definitions of later files are not visible", () => {
    const { rules } = read(rule("m"), "- macro: m\n  condition: x\n");
    expect(rules[0]?.macro("m")).toBeUndefined();
  });

  test("lists hold lists", () => {
    const { rules } = read(`- list: inner\n  items: [a, "b c"]\n- list: outer\n  items: [inner, d]\n${rule("x in (outer)")}`);
    expect(rules[0]?.list("outer")).toEqual(["a", "b c", "d"]);
    expect(rules[0]?.list("a")).toBeUndefined();
  });

  test("a list that contains itself is an error", () => {
    const { rules } = read(`- list: a\n  items: [b]\n- list: b\n  items: [a, x]\n${rule("y in (a)")}`);
    expect(rules[0]?.list("a")).toEqual(["x"]);
  });
});

describe("append", () => {
  test("adds to lists, macros and rules, in the same file or in a later one, for everyone who uses them", () => {
    const { rules, findings } = read(
      `- list: l\n  items: [a]\n- macro: m\n  condition: x or y\n${rule("m", "r")}`,
      "- list: l\n  append: true\n  items: [b]\n- macro: m\n  append: true\n  condition: and z\n- rule: r\n  append: true\n  condition: and not q in (l)\n  tags: [more]\n",
    );
    expect(findings).toBe("");
    expect(rules).toHaveLength(1);
    expect(rules[0]?.list("l")).toEqual(["a", "b"]);
    expect(shown(rules[0]?.macro("m"))).toBe("(@x or (@y and @z))");
    expect(shown(rules[0]?.condition)).toBe("(@m and not q in (l))");
    expect(rules[0]?.definition).toMatchObject({ tags: ["more"] });
  });

  test("a rule is switched off by name alone", () => {
    const { rules, findings } = read(rule("a", "r"), "- rule: r\n  enabled: false\n");
    expect(findings).toBe("");
    expect(rules[0]?.definition).toMatchObject({ enabled: false, desc: "d" });
  });

  test("to what is not there is an error", () => {
    expect(
      read(`${rule("a", "Shell started")}- rule: Shel started\n  append: true\n  condition: and b\n- list: l\n  append: true\n  items: [a]\n`).findings,
    ).toMatchInlineSnapshot(`
      "a.yaml:4:9: error MILLRACE_POLICY_APPEND: there is no rule "Shel started" to append to
          - rule: Shel started
                  ^~~~~~~~~~~~
        hint: did you mean "Shell started"?
      a.yaml:7:9: error MILLRACE_POLICY_APPEND: there is no list "l" to append to
          - list: l
                  ^
      2 errors"
    `);
  });
});

describe("exceptions", () => {
  const withExceptions = (exceptions: string): string => `- rule: r\n  desc: d\n  condition: a\n  exceptions:\n${exceptions}`;

  test("a rule does not fire where a tuple of values holds", () => {
    const { rules, findings } = read(
      withExceptions(`    - name: writers
      fields: [proc.name, fd.directory]
      comps: [=, startswith]
      values:
        - [apt, /usr]
        - [dpkg, "/var/lib"]
    - name: cmd
      fields: proc.cmdline
      comps: in
      values: [x, y]
`),
    );
    expect(findings).toBe("");
    expect(shown(rules[0]?.condition)).toBe(
      '(@a and not ((proc.name = apt and fd.directory startswith /usr) or (proc.name = dpkg and fd.directory startswith "/var/lib") or (proc.cmdline in (x, y))))',
    );
  });

  test("values can be added later, and equality is what a comparison is without comps", () => {
    const { rules } = read(
      `${withExceptions("    - name: e\n      fields: [proc.name, user.name]\n")}- rule: r\n  append: true\n  exceptions:\n    - name: e\n      values: [[apt, root]]\n`,
    );
    expect(shown(rules[0]?.condition)).toBe("(@a and not ((proc.name = apt and user.name = root)))");
  });

  test("mistakes are named", () => {
    expect(
      read(withExceptions("    - name: e\n      fields: [a, b]\n      comps: [=, like]\n      vales: []\n      values: [[1]]\n    - fields: [a]\n")).findings,
    ).toMatchInlineSnapshot(`
      "a.yaml:5:7: error MILLRACE_POLICY_EXCEPTION: the exception has 2 fields, but a tuple of 1 values
              - name: e
                ^~~~~~~
      a.yaml:7:18: error MILLRACE_POLICY_EXCEPTION: "like" is no operator
                comps: [=, like]
                           ^~~~
      a.yaml:8:7: error MILLRACE_POLICY_EXCEPTION: an exception has no key "vales"
                vales: []
                ^~~~~
        hint: did you mean "values"?
      a.yaml:10:7: error MILLRACE_POLICY_EXCEPTION: an exception needs a name
              - fields: [a]
                ^~~~~~~~~~~
      4 errors"
    `);
  });
});
