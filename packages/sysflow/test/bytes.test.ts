import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textAt } from "../src/rows/bytes.ts";

const read = (bytes: readonly number[]): string => textAt(Buffer.from([0xe2, ...bytes, 0x82]), 1, bytes.length);
const long = new Array<number>(30).fill(0x61);

describe("texts from bytes", () => {
  test.each([
    ["a character of three bytes that was cut off", [0x61, 0xe2, 0x82], "a\ufffd\ufffd"],
    ["a character of four bytes that was cut off", [0xf0, 0x9f, 0x98, 0x20], "\ufffd\ufffd\ufffd "],
    ["a byte that begins nothing", [0x80, 0xff, 0x61], "\ufffd\ufffda"],
    ["forms that are too long", [0xc0, 0xaf, 0xe0, 0x80, 0x80], "\ufffd".repeat(5)],
    ["a surrogate", [0xed, 0xa0, 0x80], "\ufffd".repeat(3)],
    ["what lies beyond Unicode", [0xf4, 0x90, 0x80, 0x80], "\ufffd".repeat(4)],
    ["U+FFFD itself", [0xef, 0xbf, 0xbd, 0xc3], "\ufffd\ufffd"],
    ["sound characters around it", [...Buffer.from("\u00e9\u20ac"), 0xc3, ...Buffer.from("\u{1f600}")], "\u00e9\u20ac\ufffd\u{1f600}"],
  ])("%s: each bad byte is one U+FFFD", (_what, bytes, text) => {
    expect(read(bytes)).toBe(text);
    expect(read([...long, ...bytes])).toBe("a".repeat(30) + text);
  });

  test("sound texts are what Node reads", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expect(read([...Buffer.from(text)])).toBe(Buffer.from(text).toString());
      }),
    );
  });

  test("any bytes: the same but for the number of U+FFFD", () => {
    const folded = (text: string): string => text.replace(/\ufffd+/g, "\ufffd");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = read([...bytes]);
        expect(folded(text)).toBe(folded(Buffer.from(bytes).toString()));
        expect(text.length).toBeGreaterThanOrEqual(Buffer.from(bytes).toString().length);
      }),
    );
  });
});
