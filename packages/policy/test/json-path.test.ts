import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonAt } from "../src/json-path.ts";

describe("paths into JSON", () => {
  const pod = '{"kind": "Pod", "items": [{"name": "a", "namespace": "default"}, {"name": "b", "n": null}], "ready": true, "kind": "second"}';

  test.each([
    [pod, "kind", "Pod"],
    [pod, "items.1.name", "b"],
    [pod, "items.0", '{"name": "a", "namespace": "default"}'],
    [pod, "items.1.n", ""],
    [pod, "items.2.name", ""],
    [pod, "items.name", ""],
    [pod, "ready", "true"],
    [pod, "it*.0.name*", "a"],
    [pod, "*.1.n?me", "b"],
    [pod, "*.1.nothing", ""],
    [pod, "", ""],
    ['["10.0.0.2","10.0.0.3"]', "1", "10.0.0.3"],
    ["[[1, 2], [3]]", "0.1", "2"],
    ["{}", "a", ""],
    ["[]", "0", ""],
  ])("%s at %s is %s", (json, path, found) => {
    expect(jsonAt(json, path)).toBe(found);
  });

  test("whole numbers keep all their digits, others come without an exponent", () => {
    const json = "[9007199254740993, -18446744073709551615, 1.50, 1e3, -2.5e-7, 1E22, 0]";
    expect([0, 1, 2, 3, 4, 5, 6].map((index) => jsonAt(json, String(index)))).toEqual([
      "9007199254740993",
      "-18446744073709551615",
      "1.5",
      "1000",
      "-0.00000025",
      "10000000000000000000000",
      "0",
    ]);
  });

  test("escapes are read, in keys too", () => {
    expect(jsonAt('{"a\\u0062": "x\\ty\\"z"}', "ab")).toBe('x\ty"z');
    expect(jsonAt('{"a": "x\\qy"}', "a")).toBe("x\\qy");
  });

  test("what was cut off behind, and what stands before, does no harm", () => {
    expect(jsonAt('{"a": {"b": 1}, "c": {"d"', "a.b")).toBe("1");
    expect(jsonAt('{"a": "cut off', "a")).toBe("cut off");
    expect(jsonAt('--data={"a": 1}', "a")).toBe("1");
    expect(jsonAt("no JSON", "a")).toBe("");
  });

  test("finds in any JSON what JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue({ maxDepth: 2, noUnicodeString: false })), fc.nat(3), (object, spaces) => {
        const json = JSON.stringify(object, null, spaces);
        for (const [key, value] of Object.entries(object)) {
          const found = jsonAt(json, key);
          if (typeof value === "string") expect(found).toBe(value);
          else if (value === null) expect(found).toBe("");
          else expect(JSON.parse(found)).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
    );
  });

  test("ends, and gives a text, whatever stands there", () => {
    const piece = fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "a", "1", "\\", " ", "null");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom("a", "0", "a.0", "*.*", "1.a.1"), (pieces, path) => {
        expect(typeof jsonAt(pieces.join(""), path)).toBe("string");
      }),
      { numRuns: 1000 },
    );
  });
});
