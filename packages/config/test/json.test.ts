import { DiagnosticBag, formatDiagnostics } from "@millrace/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../src/tree/json.ts";
import { placeOf, plain, type TreeNode } from "../src/tree/node.ts";

function parse(text: string): { readonly tree: TreeNode | undefined; readonly findings: string } {
  const bag = new DiagnosticBag();
  const tree = parseJson({ file: "x.json", text }, bag);
  return { tree, findings: formatDiagnostics(bag.list()) };
}

describe("the JSON reader", () => {
  it("reads what JSON.parse reads, and the same", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const { tree, findings } = parse(text);
        expect(findings).toBe("");
        // A number such as -0 or 1e400 is read by the same rules as JSON.parse reads it.
        expect(tree && plain(tree)).toEqual(integersAsText(JSON.parse(text)));
      }),
    );
  });

  it("accepts no text that JSON.parse rejects", () => {
    const pieces = fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b', "1", "-", "01", "true", "nul", " ", "\n", "//x", "\\", "\u0000", "'");
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
        (text) => {
          expect(parse(text).findings === "", text).toBe(accepted(text));
        },
      ),
      { numRuns: 600 },
    );
  });

  it("keeps integers exact that a double can't hold", () => {
    expect(plain(parse("[9007199254740993, 9007199254740991, 1e3]").tree as TreeNode)).toEqual(["9007199254740993", 9007199254740991, 1000]);
  });

  it("knows the place of a value behind a byte order mark and CRLF", () => {
    const { tree } = parse('\uFEFF{\r\n  "a": [true]\r\n}');
    const list = tree?.kind === "map" ? tree.entries[0]?.value : undefined;
    expect(list && placeOf(list)).toMatchObject({ line: 2, column: 8, length: 6, lineText: '  "a": [true]' });
  });

  it("stops where brackets go too deep", () => {
    expect(parse("[".repeat(100_000)).findings).toContain("nested more than 200 levels deep");
  });
});

function accepted(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // It is no JSON: that is the answer.
    return false;
  }
}

/** Integers beyond 2^53 as the reader gives them. */
function integersAsText(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isInteger(value) && !Number.isSafeInteger(value) && !JSON.stringify(value).includes("e") ? JSON.stringify(value) : value;
  if (Array.isArray(value)) return value.map(integersAsText);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, integersAsText(inner)]));
}
