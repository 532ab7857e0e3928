import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineFramer, type LineRules, OVERLONG } from "../src/index.ts";

/** All lines of a text that arrives in these pieces. An over-long line is `undefined`. */
function linesOf(pieces: readonly (string | Uint8Array)[], rules: Partial<LineRules> = {}): (string | undefined)[] {
  const framer = new LineFramer({ maxBytes: 4096, trim: "crlf", ...rules });
  const lines: (string | undefined)[] = [];
  const pull = (): void => {
    for (let line = framer.next(); line !== undefined; line = framer.next()) lines.push(line === OVERLONG ? undefined : Buffer.from(line).toString("latin1"));
  };
  for (const piece of pieces) {
    framer.push(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
    pull();
  }
  framer.end();
  pull();
  return lines;
}

describe("lines of v1alpha1", () => {
  it("end with CR LF or LF, and one CR more is cut off", () => {
    expect(linesOf(["hello\r\na\nb\r\n\r\n\na\rb\r\ntail-cr\r\r\ntwo-more\r\r\r\nfinal"])).toEqual([
      "hello",
      "a",
      "b",
      "",
      "",
      "a\rb",
      "tail-cr",
      "two-more\r",
      "final",
    ]);
  });

  it("may be as long as the limit, their end included", () => {
    const x = "x".repeat(4094);
    expect(linesOf([`${x}\r\n${x}y\r\nafter\r\n`])).toEqual([x, undefined, "after"]);
    expect(linesOf([`${x}y\n${x}yz\nafter`])).toEqual([`${x}y`, undefined, "after"]);
  });

  it("are told to be too long as soon as it is known, and once", () => {
    const framer = new LineFramer({ maxBytes: 8, trim: "crlf" });
    framer.push(Buffer.from("12345678"));
    expect(framer.next()).toBe(OVERLONG);
    framer.push(Buffer.from("9".repeat(100)));
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.from("\nok\n"));
    expect(framer.next()).toEqual(Buffer.from("ok"));
    framer.push(Buffer.from("12345678"));
    expect(framer.next()).toBe(OVERLONG);
    framer.end();
    expect(framer.next()).toBeUndefined();
  });
});

describe("lines of the classic generation", () => {
  it("lose all CR at their end", () => {
    expect(linesOf(["hello\r\nx\r\r\r\n\r\na\rb\nlast\r\r"], { trim: "run" })).toEqual(["hello", "x", "", "a\rb", "last"]);
  });
});

describe("a framer", () => {
  it("keeps what is not pulled", () => {
    const framer = new LineFramer({ maxBytes: 100, trim: "crlf" });
    framer.push(Buffer.from("a\nb\nc"));
    framer.push(Buffer.from("d\ne"));
    expect(String(framer.next())).toBe("a");
    framer.end();
    expect([framer.next(), framer.next(), framer.next(), framer.next()].map((line) => line && String(line))).toEqual(["b", "cd", "e", undefined]);
  });

  it("knows of a line that has begun", () => {
    const framer = new LineFramer({ maxBytes: 100, trim: "crlf" });
    framer.push(Buffer.from("a\n"));
    framer.next();
    framer.next();
    expect(framer.partial).toBe(false);
    framer.push(Buffer.from("b"));
    framer.next();
    expect(framer.partial).toBe(true);
  });

  it("reads any view of bytes", () => {
    expect(linesOf([new Uint8Array([120, 97, 10, 98]).subarray(1)])).toEqual(["a", "b"]);
  });

  it("finds the same lines however the bytes are cut", () => {
    const text = fc
      .array(fc.constantFrom("\r", "\n", "\r\n", "a", "bc", "\0", "\xff", "longer than some limits"), { maxLength: 60 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        text,
        fc.array(fc.nat(8), { minLength: 1 }),
        fc.constantFrom("crlf", "run"),
        fc.integer({ min: 4, max: 64 }),
        (whole, cuts, trim, maxBytes) => {
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < whole.length; i += 1) {
            const length = (cuts[i % cuts.length] as number) + 1;
            pieces.push(whole.slice(at, at + length));
            at += length;
          }
          expect(linesOf(pieces, { trim, maxBytes })).toEqual(linesOf([whole], { trim, maxBytes }));
        },
      ),
    );
  });

  it("agrees with what the rules say", () => {
    const text = fc.array(fc.constantFrom("\r", "\n", "a", "b"), { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 12 }), (whole, maxBytes) => {
        const parts = whole.split("\n");
        const rest = parts.pop() as string;
        const expected = parts.map((part) => (part.length + 1 > maxBytes ? undefined : part.replace(/\r{1,2}$/, "")));
        if (rest !== "") expected.push(rest.length >= maxBytes ? undefined : rest.replace(/\r$/, ""));
        expect(linesOf([whole], { maxBytes })).toEqual(expected);
      }),
    );
  });

  it("takes a line in a great many pieces without keeping them apart", () => {
    const pieces = Array.from({ length: 100_000 }, () => "x");
    expect(linesOf([...pieces, "\n"], { maxBytes: 200_000 })).toEqual(["x".repeat(100_000)]);
  });
});
