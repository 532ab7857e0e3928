import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, nearestName } from "../src/index.ts";

const words = fc.string({ unit: fc.constantFrom(..."abcdXY_. \u00a0"), maxLength: 12 });

describe("nearestName", () => {
  const plugins = ["sysflowreader", "policyengine", "exporter", "example", "stdout", "in", "file.path"];

  it.each([
    ["sysflowreadr", "sysflowreader"],
    ["PolicyEngine", "policyengine"],
    ["exproter", "exporter"],
    ["exampel", "example"],
    ["filePath", "file.path"],
    ["file_path", "file.path"],
    ["sdtout", "stdout"],
    ["im", "in"],
    ["kafka", undefined],
    ["o", undefined],
    ["", undefined],
  ])("takes %s for %s", (name, expected) => {
    expect(nearestName(name, plugins)).toBe(expected);
  });

  it("prefers what differs only in case to what is as near otherwise", () => {
    expect(nearestName("MODE", ["node", "mode"])).toBe("mode");
    expect(nearestName("Mode", ["mode", "Mode"])).toBe("Mode");
  });

  it("asks the question", () => {
    expect(didYouMean("exampel", plugins)).toBe('did you mean "example"?');
    expect(didYouMean("zzzzzzzz", plugins)).toBeUndefined();
  });

  it("finds a name with one letter changed among names that are far from it", () => {
    fc.assert(
      fc.property(fc.nat(12), fc.constantFrom("q", "z"), (at, letter) => {
        const wanted = "sysflowreader";
        expect(nearestName(wanted.slice(0, at) + letter + wanted.slice(at + 1), plugins)).toBe(wanted);
      }),
    );
  });

  it("finds what a search without shortcuts finds", () => {
    const alone = (name: string, candidate: string): number => {
      const [wanted, lower] = [name.toLowerCase(), candidate.toLowerCase()];
      const bare = (text: string): string => text.replace(/[-_.\s]/g, "");
      if (candidate === name) return 0;
      if (lower === wanted) return 0.25;
      if (bare(wanted) !== "" && bare(lower) === bare(wanted)) return 0.5;
      const edits = editDistance(wanted, lower);
      const limit = Math.max(1, Math.min(3, Math.floor(Math.max(wanted.length, lower.length, 3) / 3)));
      return edits <= limit && edits < Math.min(wanted.length, lower.length) ? edits : Number.POSITIVE_INFINITY;
    };
    fc.assert(
      fc.property(words, fc.array(words, { maxLength: 12 }), (name, candidates) => {
        const scores = candidates.map((candidate) => alone(name, candidate));
        const least = Math.min(...scores);
        expect(nearestName(name, candidates)).toBe(least === Number.POSITIVE_INFINITY ? undefined : candidates[scores.indexOf(least)]);
      }),
      { numRuns: 500 },
    );
  });

  it("gives only candidates, and an equal one whenever there is one", () => {
    fc.assert(
      fc.property(words, fc.array(words, { maxLength: 8 }), (name, candidates) => {
        const near = nearestName(name, candidates);
        if (near !== undefined) expect(candidates).toContain(near);
        if (candidates.includes(name)) expect(near).toBe(name);
      }),
    );
  });
});

describe("editDistance", () => {
  it("counts a swap of neighbours as one", () => {
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("is symmetric, zero for equal texts only, and at least the difference in length", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const edits = editDistance(a, b);
        expect(edits).toBe(editDistance(b, a));
        expect(edits === 0).toBe(a === b);
        expect(edits).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it("gives the same with a limit, up to it", () => {
    fc.assert(
      fc.property(words, words, fc.nat(6), (a, b, limit) => {
        const edits = editDistance(a, b);
        expect(editDistance(a, b, limit)).toBe(edits <= limit ? edits : Number.POSITIVE_INFINITY);
      }),
    );
  });

  it("gives up early on long texts", () => {
    const long = "x".repeat(20_000);
    const start = performance.now();
    expect(editDistance(long, "y".repeat(20_000), 3)).toBe(Number.POSITIVE_INFINITY);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
