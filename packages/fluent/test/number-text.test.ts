import { describe, expect, it } from "vitest";
import { fixed6, general16, jsonDouble } from "../src/index.ts";

describe("%f", () => {
  it.each([
    [0, "0.000000"],
    [-0, "-0.000000"],
    [1.5, "1.500000"],
    [2, "2.000000"],
    [-1e-7, "-0.000000"],
    [0.1, "0.100000"],
    // Halfway: to the even digit, where JavaScript goes up.
    [1 / 128, "0.007812"],
    [3 / 128, "0.023438"],
    [-1 / 128, "-0.007812"],
    [1_000_000.5 + 1 / 128, "1000000.507812"],
    [123_456_789.987_654_3, "123456789.987654"],
    [1e21, "1000000000000000000000.000000"],
    [2 ** 70, "1180591620717411303424.000000"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [Number.NaN, "nan"],
  ])("writes %s as %s", (value, text) => expect(fixed6(value)).toBe(text));

  it("writes the largest number in full", () => {
    const text = fixed6(Number.MAX_VALUE);
    expect(text).toHaveLength(309 + 7);
    expect(Number(text)).toBe(Number.MAX_VALUE);
  });
});

describe("%.16g", () => {
  it.each([
    [0, "0"],
    [-0, "-0"],
    [1.5, "1.5"],
    [0.1, "0.1"],
    [1 / 3, "0.3333333333333333"],
    [0.1 + 0.2, "0.3"],
    [1e300, "1e+300"],
    [-1e-300, "-1e-300"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e15, "1000000000000000"],
    [1e16, "1e+16"],
    [1.25e-7, "1.25e-07"],
    [123_456_789.123_456_78, "123456789.1234568"],
    [1_700_000_000.123_456_7, "1700000000.123457"],
    [1_000_000_000_000_000.5, "1000000000000000"],
    [1_000_000_000_000_001.5, "1000000000000002"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NaN, "nan"],
  ])("writes %s as %s", (value, text) => expect(general16(value)).toBe(text));
});

describe("a double in JSON", () => {
  it.each([
    [2, "2.0"],
    [-0, "-0.0"],
    [1_700_000_000, "1700000000.0"],
    [2 ** 62, "4611686018427387904.0"],
    [2 ** 63, "9.223372036854776e+18"],
    [1.5, "1.5"],
  ])("writes %s as %s", (value, text) => expect(jsonDouble(value)).toBe(text));
});
