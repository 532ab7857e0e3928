import { describe, expect, it } from "vitest";
import { fingerprintLayout, layoutFingerprint } from "../src/index.ts";
import { describeLayout, fingerprintOf } from "../src/layout-fingerprint.ts";

type Plain = Record<string, unknown>;

/** A copy of the layout that may be changed. */
function copy(): { columns: Plain; attributes: unknown[][]; names: Plain; objects: Record<string, string[]> } {
  return JSON.parse(JSON.stringify(describeLayout()));
}

describe("the fingerprint of the layout", () => {
  it("names its algorithm, and is that of what there is", () => {
    expect(layoutFingerprint).toMatch(/^sha256-[0-9a-f]{32}$/);
    expect(fingerprintLayout()).toBe(layoutFingerprint);
    expect(fingerprintOf(copy())).toBe(layoutFingerprint);
  });

  it("does not depend on the order in which a module lists its exports", () => {
    const { columns, ...rest } = copy();
    expect(fingerprintOf({ ...rest, columns: Object.fromEntries(Object.entries(columns).reverse()) })).toBe(layoutFingerprint);
  });

  it.each<[string, (layout: ReturnType<typeof copy>) => void]>([
    ["a column that has moved", ({ columns }) => void (columns.TS = (columns.TS as number) + 1)],
    ["a column more", ({ columns }) => void (columns.COLOUR = 31)],
    ["an attribute of another type", ({ attributes }) => void (attributes[0]![1] = "L")],
    ["attributes in another order", ({ attributes }) => void attributes.reverse()],
    ["an enum with another number", ({ names }) => void (names.FILE = 17)],
    ["a name of an enum", ({ names }) => void ((names.OBJECT_STATES as string[])[0] = "MADE")],
    ["a field of a process", ({ objects }) => void objects.process!.push("colour")],
  ])("changes with %s", (_what, change) => {
    const layout = copy();
    change(layout);
    expect(fingerprintOf(layout)).not.toBe(layoutFingerprint);
  });

  it("covers every part", () => {
    for (const part of Object.values(describeLayout())) expect(Object.keys(part as object).length).toBeGreaterThan(0);
  });
});
