import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AhoCorasick } from "../src/compile/aho-corasick.ts";
import { BitInterner, hasBit, setBit, wordsFor } from "../src/compile/bits.ts";
import { TextMatcher } from "../src/compile/text-matcher.ts";
import { matchesWildcard, testText } from "../src/text-test.ts";
import type { TextTest, Wildcard } from "../src/tree.ts";

const short = fc.array(fc.constantFrom("a", "b", "A", ",", "É", "é", "/", "ß", "İ", "1", "."), { maxLength: 6 }).map((parts) => parts.join(""));
const kind = fc.constantFrom("equals" as const, "contains" as const, "startswith" as const, "endswith" as const);
const piece: fc.Arbitrary<Wildcard[number]> = fc.oneof(short, fc.constantFrom({ any: "run" } as const, { any: "one" } as const));
const textTest: fc.Arbitrary<TextTest> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ kind, values: fc.array(short, { minLength: 1, maxLength: 4 }), caseless: fc.boolean() })
      .map((made) => (made.caseless ? { ...made, values: made.values.map((value) => value.toLowerCase()) } : made)),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wildcard" as const),
      patterns: fc.array(fc.array(piece, { maxLength: 4 }), { minLength: 1, maxLength: 2 }),
      caseless: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("regex" as const), source: fc.constantFrom("a+", "^b", "A|é", "(a|b)*1$"), flags: fc.constantFrom("", "i", "s") }),
  },
  { weight: 1, arbitrary: fc.constant<TextTest>({ kind: "cidr", networks: [{ address: 0x0a000000, bits: 8 }] }) },
);

describe("the tests of one attribute as one", () => {
  test("say what each of them says alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ test: textTest, whole: fc.boolean() }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.oneof(short, fc.constantFrom("10.0.0.1", "10.0.0.1,11.0.0.1")), { minLength: 1, maxLength: 6 }),
        (tests, texts) => {
          // Values of tests of pieces never hold a comma: whoever makes them cuts there.
          const cut = tests.map(({ test, whole }) => ({
            whole,
            test: whole || !("values" in test) ? test : { ...test, values: test.values.flatMap((value) => value.split(",")) },
          }));
          const matcher = new TextMatcher(cut.map((each, bit) => ({ ...each, bit })));
          for (const text of texts) {
            const out = new Int32Array(wordsFor(cut.length));
            matcher.match(text, out);
            expect([text, cut.map((_, bit) => hasBit(out, bit))]).toEqual([text, cut.map(({ test, whole }) => testText(text, test, whole))]);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});

test("Aho and Corasick's automaton finds what a plain search finds", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        short.filter((value) => value !== ""),
        { minLength: 1, maxLength: 20 },
      ),
      fc.array(short, { maxLength: 8 }),
      (values, parts) => {
        const text = parts.join("");
        const found = new Set<number>();
        new AhoCorasick(values).find(text, (value) => found.add(value));
        expect([...found].toSorted((a, b) => a - b)).toEqual(values.flatMap((value, index) => (text.includes(value) ? index : [])));
      },
    ),
  );
});

test("wildcards cover what a regular expression of theirs covers", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), short, (pattern, text) => {
      const source = pattern.map((each) => (typeof each === "string" ? each.replace(/[.]/g, "\\.") : each.any === "run" ? "[^]*" : "[^]")).join("");
      expect(matchesWildcard(text, pattern)).toBe(new RegExp(`^${source}$`).test(text));
    }),
  );
});

test("a pattern of many wildcards takes no time", () => {
  const pattern: Wildcard = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? { any: "run" as const } : "a"));
  const start = performance.now();
  expect(matchesWildcard(`${"a".repeat(2000)}b`, pattern)).toBe(false);
  expect(performance.now() - start).toBeLessThan(3000);
});

test("equal sets of bits have one number, others another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.array(fc.nat({ max: 99 }), { maxLength: 6 })), (size, sets) => {
      const interner = new BitInterner(wordsFor(size));
      const numbers = new Map<string, number>();
      for (const set of sets) {
        const words = new Int32Array(wordsFor(size));
        for (const bit of set) setBit(words, bit % size);
        const key = words.join();
        const id = interner.intern(words);
        expect(numbers.get(key) ?? numbers.size).toBe(id);
        numbers.set(key, id);
        expect(interner.bitsOf(id)).toEqual(words);
      }
    }),
  );
});
