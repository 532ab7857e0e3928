import { type FluentValue, fluentExt, fluentFloat, partsOfExt } from "@millrace/api/fluent";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cursor, decodeValue, encodeValue, timestampExt } from "../src/index.ts";

const hex = (value: FluentValue): string => Buffer.from(encodeValue(value)).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("the shortest form that is exact", () => {
  it.each<[FluentValue, string]>([
    [null, "c0"],
    [true, "c3"],
    [false, "c2"],
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_536, "ce00010000"],
    [2 ** 32, "cf0000000100000000"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-(2n ** 63n), "d38000000000000000"],
    [5n, "05"],
    [1.5, "cb3ff8000000000000"],
    [-0, "cb8000000000000000"],
    [2 ** 60, "cb43b0000000000000"],
    [fluentFloat(2), "cb4000000000000000"],
    ["", "a0"],
    ["é", "a2c3a9"],
    ["x".repeat(32), `d920${"78".repeat(32)}`],
    [new Uint8Array([1, 2]), "c4020102"],
    [[], "90"],
    [{}, "80"],
    [{ a: 1 }, "81a16101"],
    [fluentExt(-1, bytes("00")), "d4ff00"],
    [fluentExt(5, bytes("000102")), "c70305000102"],
    [new Date(1_700_000_000_500), "d7ff773594006553f100"],
  ])("writes %s", (value, expected) => expect(hex(value)).toBe(expected));

  it("widens heads as arrays, maps and texts grow", () => {
    expect(hex(new Array<number>(16).fill(0)).slice(0, 6)).toBe("dc0010");
    expect(hex(new Array<number>(65_536).fill(0)).slice(0, 10)).toBe("dd00010000");
    expect(hex(Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`k${index}`, 0]))).slice(0, 12)).toBe("de0010a26b30");
    expect(hex("x".repeat(256)).slice(0, 6)).toBe("da0100");
    expect(hex("x".repeat(65_536)).slice(0, 10)).toBe("db00010000");
    expect(hex(new Uint8Array(256)).slice(0, 6)).toBe("c50100");
  });

  it("leaves out what is undefined, and takes `__proto__` for a key like any other", () => {
    expect(hex({ a: undefined } as unknown as FluentValue)).toBe("80");
    const record = decodeValue(bytes("81 a9 5f5f70726f746f5f5f 01")) as Record<string, FluentValue>;
    expect(Object.entries(record)).toEqual([["__proto__", 1]]);
    expect(hex(record)).toBe("81a95f5f70726f746f5f5f01");
  });
});

describe("what can't be encoded", () => {
  const cyclic: Record<string, FluentValue> = {};
  cyclic.self = cyclic;
  it.each<[string, unknown, string]>([
    ["a function", () => 1, "a function is no value of a record"],
    ["65 bits", 2n ** 64n, "the integer 18446744073709551616 does not fit into 64 bits"],
    ["a cycle", cyclic, "values nested deeper than 512, or within themselves"],
    ["an invalid date", new Date(Number.NaN), "a date before 1970, beyond 2514, or invalid, is no value of a record"],
  ])("%s is an error", (_name, value, message) => {
    expect(() => encodeValue(value as FluentValue)).toThrow(expect.objectContaining({ code: "MILLRACE_FLUENT_VALUE", message }));
  });
});

describe("decoding", () => {
  it("keeps 64 bits, floats, extension values and bytes", () => {
    expect(decodeValue(bytes("cf ffffffffffffffff"))).toBe(2n ** 64n - 1n);
    expect(decodeValue(bytes("d3 8000000000000000"))).toBe(-(2n ** 63n));
    expect(decodeValue(bytes("cf 0000000000000005"))).toBe(5);
    expect(decodeValue(bytes("ca 40200000"))).toBe(2.5);
    expect(decodeValue(bytes("c4 02 00ff"))).toEqual(bytes("00ff"));
    expect(partsOfExt(decodeValue(bytes("d4 ff 07")) as object)).toEqual({ type: -1, data: bytes("07") });
    expect(decodeValue(bytes("82 01 a3 6f6e65 c0 a3 6e696c"))).toEqual({ 1: "one", null: "nil" });
  });

  it("reads the timestamp extension as it is written", () => {
    expect(partsOfExt(timestampExt({ seconds: 1_700_000_000, nanoseconds: 123_456_789 }) as object)).toEqual({ type: -1, data: bytes("1d6f34546553f100") });
  });

  it.each([
    ["", "a value that the bytes end before, at byte 0 of 0"],
    ["c1", "the byte 0xc1, which MessagePack never uses, at byte 0 of 1"],
    ["a3 61", "a value that the bytes end before, at byte 1 of 2"],
    ["dd ffffffff", "array of 4294967295 that the bytes end before, at byte 5 of 5"],
    ["01 02", "bytes after the end of the value, at byte 1 of 2"],
    [`${"91".repeat(600)}c0`, "values nested deeper than 512, at byte 514 of 601"],
  ])("%s is an error", (text, message) => {
    expect(() => decodeValue(bytes(text))).toThrow(expect.objectContaining({ code: "MILLRACE_FLUENT_MSGPACK", message }));
  });
});

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 40 }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const values: fc.Arbitrary<FluentValue> = fc.letrec<{ value: FluentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf as fc.Arbitrary<FluentValue>,
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 20 }),
  ),
})).value;

describe("for every value", () => {
  it("decoding what was encoded gives it again", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(plain(value));
      }),
      { numRuns: 500 },
    );
  });

  it("skipping ends where reading ends", () => {
    fc.assert(
      fc.property(values, (value) => {
        const cursor = new Cursor(encodeValue(value));
        cursor.skip();
        expect(cursor.more).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it("random bytes are a value or an error of ours", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (random) => {
        try {
          decodeValue(random);
        } catch (cause) {
          expect(cause).toMatchObject({ code: "MILLRACE_FLUENT_MSGPACK" });
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** The same value with prototypes as the decoder gives them. */
function plain(value: FluentValue): FluentValue {
  if (Array.isArray(value)) return value.map((inner: FluentValue) => plain(inner));
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  const record: Record<string, FluentValue> = {};
  for (const [key, inner] of Object.entries(value))
    Object.defineProperty(record, key, { value: plain(inner as FluentValue), enumerable: true, writable: true, configurable: true });
  return record;
}
