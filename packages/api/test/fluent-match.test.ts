import { tagMatcher } from "@millrace/api/fluent";
import { describe, expect, it } from "vitest";

describe("a match", () => {
  it.each([
    ["a.b", "a.b", true],
    ["a.b", "a.bc", false],
    ["a.b", "xa.b", false],
    ["*", "", true],
    ["*", "anything", true],
    ["**", "x", true],
    ["a*", "a", true],
    ["a*", "b", false],
    ["*.b", "a.b", true],
    ["*.b", "a.bc", false],
    ["a*c", "ac", true],
    ["a*c", "abbc", true],
    ["a*a", "a", false],
    ["a*b*c", "a.b.c", true],
    ["a*b*c", "acb", false],
    ["a*b*bc", "abc", false],
    ["A*", "a", false],
    ["?.b", "a.b", false],
    ["", "", true],
    ["", "x", false],
  ])("%s on %s: %s", (match, tag, expected) => expect(tagMatcher({ match })(tag)).toBe(expected));
});

describe("a regular expression", () => {
  it.each([
    ["^a", "ab", true],
    ["b", "ab", false],
    ["a", "ab", true],
    ["^a.*b$", "axb", true],
    ["(?i)AB", "ab", true],
    ["a|b", "b", true],
    ["b|ab$", "ab", true],
    ["a\\-b", "a-b", true],
    ["a\\.b", "axb", false],
    ["\\Aa\\z", "a", true],
    ["\\Aa\\z", "ab", false],
    ["\\h+\\.\\H", "ff09.x", true],
    ["[\\h_]+$", "a_9", true],
    ["[\\h_]+$", "xyz", false],
    ["(?<name>a)\\k<name>", "aa", true],
    ["é", "é", true],
    ["\\\\A", "\\A", true],
  ])("%s on %s: %s", (regex, tag, expected) => expect(tagMatcher({ regex })(tag)).toBe(expected));

  it("gives the same answer each time", () => {
    const test = tagMatcher({ regex: "a" });
    expect([test("a"), test("a"), test("b"), test("a")]).toEqual([true, true, false, true]);
  });

  it("that is none is an error", () => {
    expect(() => tagMatcher({ regex: "a(" })).toThrow(
      expect.objectContaining({ code: "MILLRACE_FLUENT_MATCH", message: "bad regular expression in match_regex: a(" }),
    );
  });
});

it("with both, either is enough; with neither, nothing matches", () => {
  const both = tagMatcher({ match: "a*", regex: "b" });
  expect(["a1", "b1", "c"].map(both)).toEqual([true, true, false]);
  expect(tagMatcher({})("a")).toBe(false);
});
