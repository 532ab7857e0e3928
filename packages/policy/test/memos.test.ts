import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IntMap } from "../src/compile/int-map.ts";
import { WordMemo } from "../src/compile/word-memo.ts";

describe("a map of numbers", () => {
  it("has what was added, and nothing else", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 300 }), fc.array(fc.integer(), { maxLength: 50 }), (keys, others) => {
        const map = new IntMap();
        for (const [value, key] of keys.entries()) map.add(key, value);
        expect(keys.map((key) => map.get(key))).toEqual(keys.map((_, value) => value));
        for (const other of others) expect(map.get(other)).toBe(keys.indexOf(other));
        expect(map.size).toBe(keys.length);
        map.clear();
        expect(keys.every((key) => map.get(key) === -1)).toBe(true);
      }),
    );
  });
});

describe("a memo of words", () => {
  it("says what was found for the same words, or that nothing is known", () => {
    const row = fc.array(fc.integer({ min: -2, max: 40 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(0, 1, 2, 3, 4), { maxLength: 3 }), fc.array(row, { maxLength: 200 }), (at, rows) => {
        const memo = new WordMemo(at);
        const found = new Map<string, number>();
        for (const cells of rows) {
          const key = at.map((place) => cells[place]).join();
          const words = Int32Array.from([99, ...cells]);
          const known = memo.get(words, 1);
          expect(known).toBe(found.get(key) ?? -1);
          if (known >= 0) continue;
          found.set(key, found.size);
          memo.add(words, 1, found.size - 1);
        }
      }),
    );
  });

  it("gives a place to other words when there are too many, and never a wrong answer", () => {
    const memo = new WordMemo([0]);
    for (let word = 0; word < 40_000; word++) {
      expect(memo.get(Int32Array.of(word), 0)).toBe(-1);
      memo.add(Int32Array.of(word), 0, word);
    }
    for (let word = 0; word < 40_000; word++) expect([-1, word]).toContain(memo.get(Int32Array.of(word), 0));
    memo.clear();
    expect(memo.get(Int32Array.of(39_999), 0)).toBe(-1);
  });
});
