import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "../src/index.ts";

describe("linesOf", () => {
  it.each([
    ["", []],
    ["a", ["a"]],
    ["a\nb\r\n", ["a", "b"]],
    ["\n\n", ["", ""]],
  ])("%j", (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it("gives back what was joined, whichever end it was joined by", () => {
    const line = fc.string().filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom("\n", "\r\n"), (lines, end) => {
        expect(linesOf(lines.map((each) => each + end).join(""))).toEqual(lines);
      }),
    );
  });
});
