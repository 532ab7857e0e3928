import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nativeLinear } from "../src/regex/linear.ts";
import { compileLinear, compileRe2, regexProblem } from "../src/regex.ts";

const atom = fc.constantFrom(
  "a",
  "b",
  "k",
  "s",
  "é",
  "😀",
  "\\d",
  "\\w",
  "\\s",
  "\\S",
  ".",
  "[ab]",
  "[^a]",
  "[a-z]",
  "[\\d_]",
  "\\.",
  "\\b",
  "^",
  "$",
  "\\n",
  "-",
  "ſ",
);
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?");
const pattern: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, quantifier).map((parts) => parts.join("")),
    fc.array(tie("tree"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
    fc.tuple(tie("tree"), tie("tree"), quantifier).map(([a, b, times]) => `(${a}|${b})${times}`),
    fc.tuple(tie("tree"), quantifier).map(([a, times]) => `(?:${a})${times}`),
  ),
})).tree;
const text = fc
  .array(fc.constantFrom("a", "A", "b", "k", "\u212a", "s", "ſ", "é", "É", "😀", "\ud800", "1", "_", " ", "\n", "\r", "\u2028", ".", "-"), { maxLength: 8 })
  .map((parts) => parts.join(""));

describe("regular expressions", () => {
  test("where JavaScript's engine is used, it says what RE2 says", () => {
    let native = 0;
    fc.assert(
      fc.property(pattern, fc.constantFrom("", "i", "s", "is"), fc.array(text, { minLength: 1, maxLength: 4 }), (source, flags, texts) => {
        const quick = nativeLinear(source, flags);
        if (quick === undefined || regexProblem(source, flags) !== undefined) return;
        native += 1;
        const plain = compileRe2(source, flags);
        for (const each of texts) expect([source, flags, each, quick.test(each)]).toEqual([source, flags, each, plain(each)]);
      }),
      { numRuns: 4000 },
    );
    expect(native).toBeGreaterThan(500);
  });

  test.each([
    "abc",
    "x*y",
    "a*a*b",
    "x*y",
    "^a*b",
    "^\\s*sudo\\s+-[a-z]+$",
    "foo\\s+bar",
    ".*\\.sh$",
    "(?i)wget|curl",
    "x[0-9]{1,3}\\.",
    "^/tmp/[^/]*/a$",
    "(?i)^(rm|mv) +/etc",
    ".*base64.*",
  ])("%s is proven", (source) => {
    expect(nativeLinear(source, "")).toBeDefined();
  });

  test.each([
    "(a+)+$",
    "(a|a)*b",
    "(a*)*",
    "ca*a*b",
    "a+b",
    "zx*[xy]",
    "foo.*bar",
    "^(a|ab)*c",
    "(.*)x\\1",
    "^a*.*b",
    "(a?){40}a{40}",
    "^(\\w+\\s?)+$",
    "[a-z]{0,500}[a-z]{0,500}x",
  ])("%s is not", (source) => {
    expect(nativeLinear(source, "")).toBeUndefined();
  });

  test("what is proven takes no time on texts made to take it", () => {
    const long = ["a".repeat(30_000), "ab".repeat(15_000), "a1 ".repeat(10_000), `${"a".repeat(30_000)}!`];
    let longest = 0;
    fc.assert(
      fc.property(pattern, (source) => {
        const quick = nativeLinear(source, "");
        if (quick === undefined) return;
        const milliseconds = (): number => {
          const start = performance.now();
          for (const each of long) quick.test(each);
          return performance.now() - start;
        };
        const first = milliseconds();
        // Once more, where it may have been something else that took the time.
        longest = Math.max(longest, first < 200 ? first : Math.min(first, milliseconds()));
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 8000 },
    );
    // One that is quadratic would take a second.
    expect(longest).toBeLessThan(300);
  });

  test("what is not is left to RE2, which takes no time either", () => {
    const start = performance.now();
    expect(compileLinear("(a+)+$", "")(`${"a".repeat(20_000)}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("a pattern that RE2 does not take is a problem", () => {
    expect(regexProblem("(?=a)", "")).toContain("(?=");
    expect(regexProblem("(", "")).toBeDefined();
    expect(regexProblem("a{1,2}", "")).toBeUndefined();
  });
});
