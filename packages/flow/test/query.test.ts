import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metaOfQuery, parseQuery } from "../src/index.ts";

describe("a query", () => {
  it.each([
    ["", {}],
    ["sync=true&a=b", { sync: "true", a: "b" }],
    ["a=1&a=2", { a: "1" }],
    ["a=&a=2", { a: "" }],
    ["a%20b=c%3Dd&k", { "a b": "c=d", k: "" }],
    ["a+b=c+d", { "a b": "c d" }],
    ["a=b=c&&=x", { a: "b=c", "": "x" }],
    ["bad=%zz&good=1&semi;colon=1&cut=%4", { good: "1" }],
    ["%E2%82%AC=%ff", { "€": "\ufffd" }],
    ["constructor=1", { constructor: "1" }],
  ])("%j", (query, meta) => expect({ ...metaOfQuery(query) }).toEqual(meta));

  it("may name what every object has", () => {
    expect(Object.entries(metaOfQuery("__proto__=1&toString=2"))).toEqual([
      ["__proto__", "1"],
      ["toString", "2"],
    ]);
  });

  it("counts what it leaves out", () => expect(parseQuery("a=%zz&b;c&d")).toEqual({ pairs: [["d", ""]], malformed: 2 }));

  it("is what URLSearchParams wrote", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        expect(parseQuery(new URLSearchParams(pairs).toString()).pairs).toEqual(pairs);
      }),
    );
  });
});
