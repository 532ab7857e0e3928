import { describe, expect, it } from "vitest";
import { dumperText } from "../src/index.ts";

function textOf(payload: string, meta: Record<string, string>): string {
  return Buffer.concat(dumperText({ payload: Buffer.from(payload), meta })).toString();
}

describe("the dumper's text", () => {
  it("shows sorted metadata and the payload as it is", () => {
    expect(textOf("hello plugin", { sync: "1", b: "2", a: "1" })).toMatchInlineSnapshot(`
      "Message:
          meta: map[a:1 b:2 sync:1]
          payload: hello plugin
      "
    `);
    expect(textOf("", {})).toBe("Message:\n    meta: map[]\n    payload: \n");
    expect(textOf("v w", { k: "" })).toContain("map[k:]");
  });

  it("sorts by bytes, not by UTF-16", () => expect(textOf("", { "\u{1f600}": "2", "\uffee": "1", A: "0" })).toContain("map[A:0 \uffee:1 \u{1f600}:2]"));

  it("leaves bytes alone", () => {
    const payload = Uint8Array.of(0xff, 0, 10);
    expect(Buffer.concat(dumperText({ payload, meta: {} })).subarray(-4)).toEqual(Buffer.of(0xff, 0, 10, 10));
  });
});
