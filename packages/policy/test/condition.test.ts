import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { read, rule, show } from "./support/reading.ts";

function parsed(condition: string): string {
  const { rules, findings } = read(rule(condition));
  if (findings !== "") throw new Error(findings);
  return show((rules[0] as (typeof rules)[0]).condition);
}

describe("conditions", () => {
  test("not binds tightest, then and, then or", () => {
    expect(parsed("a or b and not c or d")).toBe("(@a or (@b and not @c) or @d)");
    expect(parsed("(a or b) and not not c")).toBe("((@a or @b) and not not @c)");
  });

  test("operators need no blanks around them", () => {
    expect(parsed("sf.type=PE and sf.ret>=1 and sf.ret!=2 and sf.ret==3")).toBe("(sf.type = PE and sf.ret >= 1 and sf.ret != 2 and sf.ret = 3)");
  });

  test("exists may stand before or after", () => {
    expect(parsed("exists sf.file.path and sf.file.name exists")).toBe("(sf.file.path exists and sf.file.name exists)");
  });

  test("lists may be empty, end with a comma, and hold brackets", () => {
    expect(parsed("a in ()")).toBe("a in ()");
    expect(parsed("a pmatch (b, 'c d', \"e\",)")).toBe('a pmatch (b, "c d", "e")');
    expect(parsed("a in ([b, c], d)")).toBe("a in (b, c, d)");
  });

  test("words hold paths, tags, numbers, ancestors and paths into JSON", () => {
    expect(parsed("sf.pod.services[0.clusterip.0] = 10.0.0.4")).toBe("sf.pod.services[0.clusterip.0] = 10.0.0.4");
    expect(parsed("proc.aname[2] = sshd and a = /proc/self/fd/6 and b = mitre:T1059 and c = -1 and d = 1.5")).toBe(
      "(proc.aname[2] = sshd and a = /proc/self/fd/6 and b = mitre:T1059 and c = -1 and d = 1.5)",
    );
  });

  test("the direction of an event is written with the signs themselves", () => {
    expect(parsed("evt.dir=< and evt.dir = >")).toBe('(evt.dir = "<" and evt.dir = ">")');
  });

  test("a string may hold quotes of the other kind", () => {
    expect(parsed(`a = '"(systemd)"' and b = "it's" and c = \\"x\\"`)).toBe(`(a = ""(systemd)"" and b = "it's" and c = "x")`);
  });

  test("comments and line breaks stand between words", () => {
    expect(parsed("a # first\n    # whole line\n    and b=c#d")).toBe("(@a and b = c#d)");
  });

  test("one pass finds every mistake of a condition", () => {
    expect(read(rule("sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not")).findings).toMatchInlineSnapshot(`
      "a.yaml:3:22: error MILLRACE_POLICY_SYNTAX: expected an operator after "sf.type", got "eq"
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                               ^~
      a.yaml:3:46: error MILLRACE_POLICY_SYNTAX: expected the right side of ">", got ")"
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                                                       ^
      a.yaml:3:52: error MILLRACE_POLICY_SYNTAX: expected an attribute, a literal or the name of a macro, got "="
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                                                             ^
      a.yaml:3:64: error MILLRACE_POLICY_SYNTAX: expected "(" after "in", got "c"
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                                                                         ^
      a.yaml:3:77: error MILLRACE_POLICY_SYNTAX: expected an operator after "sf.exe", got "contians"
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                                                                                      ^~~~~~~~
        hint: did you mean "contains"?
      a.yaml:3:94: error MILLRACE_POLICY_SYNTAX: expected an attribute, a literal or the name of a macro, got the end of the condition
            condition: sf.type eq PE and (a or sf.ret >) and = 3 or b in c and sf.exe contians x or not
                                                                                                       ^
      6 errors"
    `);
    expect(read(rule('(a and "b" and sf.name = "open')).findings).toMatchInlineSnapshot(`
      "a.yaml:3:14: error MILLRACE_POLICY_SYNTAX: a parenthesis is not closed
            condition: (a and "b" and sf.name = "open
                       ^
        hint: add ")"
      a.yaml:3:21: error MILLRACE_POLICY_SYNTAX: a text alone is no condition
            condition: (a and "b" and sf.name = "open
                              ^~~
        hint: compare it with an attribute
      a.yaml:3:39: error MILLRACE_POLICY_SYNTAX: a string is not closed on its line
            condition: (a and "b" and sf.name = "open
                                                ^~~~~
        hint: add " at its end
      3 errors"
    `);
    expect(read(rule("a ! b) and c")).findings).toMatchInlineSnapshot(`
      "a.yaml:3:16: error MILLRACE_POLICY_SYNTAX: "!" has no meaning in a condition
            condition: a ! b) and c
                         ^
        hint: write "not" or "!="
      a.yaml:3:18: error MILLRACE_POLICY_SYNTAX: expected an operator after "a", got "b"
            condition: a ! b) and c
                           ^
      a.yaml:3:19: error MILLRACE_POLICY_SYNTAX: expected "and", "or", or the end of the condition, got ")"
            condition: a ! b) and c
                            ^
      3 errors"
    `);
  });

  test("a condition nested too deep is refused, not a crash", () => {
    expect(read(rule(`${"(".repeat(5000)}a${")".repeat(5000)}`)).findings).toContain("nested 200 deep at the most");
    expect(read(rule(`${"not ".repeat(5000)}a`)).findings).toContain("nested 200 deep at the most");
  });

  test("whatever is written, reading ends with conditions or findings", () => {
    const pieces = fc.constantFrom(
      "a",
      "sf.type",
      "=",
      "!=",
      "<",
      "and",
      "or",
      "not",
      "in",
      "pmatch",
      "exists",
      "contains",
      "(",
      ")",
      ",",
      "[",
      "]",
      '"',
      "'",
      '"x"',
      "#",
      "\n   ",
      "!",
      "\\",
      "é",
      "-1",
      "x[1",
      "}",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (words) => {
        const { rules, findings } = read(rule(words.join(" ")));
        expect(rules.length === 1 || findings !== "").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("what is shown with all its parentheses reads as the same condition", () => {
    const leaf = fc.constantFrom("m", "sf.type = PE", "sf.ret < 3", 'sf.proc.exe contains "a b"', "sf.proc.name in (a, b)", "sf.file.path exists");
    const condition = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        tie("tree").map((inner) => `not ${inner}`),
        fc.array(tie("tree"), { minLength: 2, maxLength: 4 }).chain((terms) => fc.constantFrom("and", "or").map((word) => `(${terms.join(` ${word} `)})`)),
      ),
    })).tree;
    fc.assert(
      fc.property(condition, (text) => {
        expect(parsed(parsed(text).replaceAll("@", ""))).toBe(parsed(text));
      }),
    );
  });
});
