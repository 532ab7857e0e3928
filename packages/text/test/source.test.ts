import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Source } from "../src/index.ts";

const texts = fc.array(fc.constantFrom("a", "é", "日", "😀", "\t", " ", "\n", "\r\n", "x=1"), { maxLength: 40 }).map((parts) => parts.join(""));

describe("Source", () => {
  it("counts lines and columns from 1", () => {
    const source = new Source("a.conf", "one\r\ntwo\n\nfour");
    expect(source.lines).toBe(4);
    expect(source.place(5, 8)).toEqual({ file: "a.conf", line: 2, column: 1, length: 3, lineText: "two" });
    expect(source.place(0, 3).lineText).toBe("one");
    expect(source.place(15)).toMatchObject({ line: 4, column: 5, length: 1 });
    expect(source.lineText(3)).toBe("");
    expect(source.lineText(9)).toBe("");
  });

  it("moves offsets outside of the text to its ends", () => {
    const source = new Source("a", "ab");
    expect(source.place(-5)).toMatchObject({ line: 1, column: 1 });
    expect(source.place(99, 200)).toMatchObject({ line: 1, column: 3, length: 1 });
  });

  it("gives a byte order mark no column", () => {
    const source = new Source("a", "\ufeffkey = 1\nb");
    expect(source.place(1, 4)).toMatchObject({ line: 1, column: 1, lineText: "key = 1" });
    expect(source.place(0)).toMatchObject({ line: 1, column: 1 });
  });

  it("names a line without its indentation", () => {
    expect(new Source("a", "x\n  key  \n").linePlace(2)).toMatchObject({ line: 2, column: 3, length: 3 });
    expect(new Source("a", "   ").linePlace(1)).toMatchObject({ line: 1, column: 1 });
  });

  it("turns offsets into positions and back", () => {
    fc.assert(
      fc.property(texts, fc.nat(200), (text, at) => {
        const source = new Source("f", text);
        const offset = Math.min(at, text.length);
        const position = source.position(offset);
        expect(source.offset(position)).toBe(offset);
        const before = text.slice(0, offset);
        expect(position.line).toBe(before.split("\n").length);
        expect(position.column).toBe(offset - before.lastIndexOf("\n"));
        expect(source.lineText(position.line)).toBe(text.split(/\r?\n/)[position.line - 1]);
      }),
    );
  });
});
