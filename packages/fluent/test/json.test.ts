import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue, encodeValue, jsonToMsgpack, msgpackToJson } from "../src/index.ts";

const hex = (text: string): string => Buffer.from(jsonToMsgpack(text)).toString("hex");
const again = (text: string): string => msgpackToJson(jsonToMsgpack(text), { escapeUnicode: false });

describe("JSON to MessagePack", () => {
  it.each([
    ["1", "01"],
    ["-1", "ff"],
    ["-0", "00"],
    ["1.0", "cb3ff0000000000000"],
    ["1e2", "cb4059000000000000"],
    ["18446744073709551615", "cfffffffffffffffff"],
    ["-9223372036854775808", "d38000000000000000"],
    ["9007199254740993", "cf0020000000000001"],
    ["18446744073709551616", "cb43f0000000000000"],
    ['"\\u00e9\\ud83d\\ude00"', "a6c3a9f09f9880"],
    ['"\\ud800"', "a3efbfbd"],
    ["[1,[2,{}]]", "92019202" + "80"],
    ['{"b":1,"a":2,"b":3,"1":4}', "84a16201a16102a16203a13104"],
    [" \t\r\n[ ]\n", "90"],
  ])("reads %s", (text, expected) => expect(hex(text)).toBe(expected));

  it.each([
    ["", "bad JSON at 1:1: expected a value, found the end of the text"],
    ['{"a":1,}', 'bad JSON at 1:8: expected a key, found "}"'],
    ["{bad", "bad JSON at 1:2: expected a key or '}', found \"b\""],
    ["[1 2]", "bad JSON at 1:4: expected ',' or ']', found \"2\""],
    ['{"a" 1}', "bad JSON at 1:6: expected ':', found \"1\""],
    ['{\n  "a": tru\n}', 'bad JSON at 2:8: expected a value, found "t"'],
    ["01", 'bad JSON at 1:2: expected the end, found "1"'],
    ["-", 'bad JSON at 1:1: expected a digit, found "-"'],
    ['"a', "bad JSON at 1:3: a text that does not end"],
    ['"\t"', "bad JSON at 1:2: a control character in a text, which JSON wants escaped"],
    ['"\\x"', "bad JSON at 1:2: an escape that JSON does not know"],
    ['"\\u12g4"', "bad JSON at 1:2: an escape that JSON does not know"],
    ["{} {}", 'bad JSON at 1:4: expected the end, found "{"'],
    ["[".repeat(513), "bad JSON at 1:513: nested deeper than 512"],
  ])("refuses %s", (text, message) => {
    expect(() => jsonToMsgpack(text)).toThrow(expect.objectContaining({ code: "MILLRACE_FLUENT_JSON", message }));
  });

  it("shows the line of an error", () => {
    const thrown = (() => {
      try {
        return jsonToMsgpack('{\n  "a": tru\n}');
      } catch (cause) {
        return cause;
      }
    })();
    expect(thrown).toMatchObject({ place: { line: 2, column: 8, lineText: '  "a": tru' } });
  });

  it("reads what JSON.parse reads, as it does", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(normal(decodeValue(jsonToMsgpack(text)))).toEqual(normal(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what JSON.parse refuses", () => {
    const almost = fc.array(fc.constantFrom("{", "}", "[", "]", ":", ",", '"', "a", "1", "-", ".", "e", "0", "\\", "u", "true", "null", " ", "\n"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(almost, (pieces) => {
        const text = pieces.join("");
        expect(isJson(() => jsonToMsgpack(text))).toBe(isJson(() => JSON.parse(text)));
      }),
      { numRuns: 4000 },
    );
  });
});

describe("MessagePack to JSON", () => {
  it("escapes what is beyond ASCII, and nothing that need not be", () => {
    expect(msgpackToJson(encodeValue({ t: 'é/"\\\n\u0001\u007f😀' }))).toBe('{"t":"\\u00e9/\\"\\\\\\n\\u0001\\u007f\\ud83d\\ude00"}');
    expect(msgpackToJson(encodeValue({ t: "é" }), { escapeUnicode: false })).toBe('{"t":"é"}');
  });

  it("keeps integers exact, and tells floats from them", () => {
    expect(again("[18446744073709551615,-9223372036854775808,2.0,2,1e300,1.5e-9]")).toBe("[18446744073709551615,-9223372036854775808,2.0,2,1e+300,1.5e-9]");
    expect(msgpackToJson(jsonToMsgpack("[2.0,0.1,1e300,0.30000000000000004]"), { floats: "peer" })).toBe("[2.0,0.1,1e+300,0.3]");
  });

  it("keeps the order of keys, and repeated ones", () => expect(again('{"b":1,"a":2,"b":3,"1":4}')).toBe('{"b":1,"a":2,"b":3,"1":4}'));

  it("has a text for what JSON has not", () => {
    const bytes = new Uint8Array(Buffer.from("84 01 c0 a162 c4020061 a165 d4ff07 a16e cb7ff8000000000000".replaceAll(" ", ""), "hex"));
    expect(msgpackToJson(bytes)).toBe('{"1":null,"b":"\\u0000a","e":"07","n":null}');
    expect(msgpackToJson(bytes, { floats: "peer" })).toContain('"n":nan');
    expect(msgpackToJson(bytes, { floats: "peer", nanToNull: true })).toContain('"n":null');
  });

  it("gives text that JSON.parse reads back", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), (value) => {
        expect(normal(JSON.parse(msgpackToJson(encodeValue(value as never))))).toEqual(normal(value));
      }),
      { numRuns: 200 },
    );
  });
});

function isJson(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** JSON has a minus zero that integers have not; JavaScript's JSON has no integers beyond 2^53. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value !== null && typeof value === "object")
    return Object.defineProperties(
      {},
      Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, { value: normal(inner), enumerable: true, configurable: true, writable: true }])),
    );
  return typeof value === "bigint" ? Number(value) : Object.is(value, -0) ? 0 : value;
}
