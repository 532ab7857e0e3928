import { describe, expect, test } from "vitest";
import { TextMatcher } from "../src/compile/text-matcher.ts";
import { lowerCase, matchesWildcard, testText } from "../src/text-test.ts";
import type { TextTest } from "../src/tree.ts";

describe("texts in lower case", () => {
  test("character by character: what stands around a letter changes nothing", () => {
    expect(lowerCase("\u039f\u0394\u039f\u03a3")).toBe("\u03bf\u03b4\u03bf\u03c3");
    expect(lowerCase("\u0130STANBUL")).toBe("istanbul");
    expect(lowerCase("\u03c2 \u00c9 \u212a")).toBe("\u03c2 \u00e9 k");
  });

  test("a text contains in any case what it contains", () => {
    const kind: TextTest = { kind: "contains", values: [lowerCase("\u039f\u03a3")], caseless: true };
    const text = "\u039f\u03a3\u03a4";
    expect(testText(text, kind, false)).toBe(true);
    const out = new Int32Array(1);
    new TextMatcher([{ bit: 0, test: kind, whole: false }]).match(text, out);
    expect(out[0]).toBe(1);
  });
});

test("a wildcard for one character stands for one beyond 16 bits too", () => {
  const pattern = ["a", { any: "one" }, "b"] as const;
  expect(["a\u{1f600}b", "axb", "ab", "axxb"].map((text) => matchesWildcard(text, pattern))).toEqual([true, true, false, false]);
});
