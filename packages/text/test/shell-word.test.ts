import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellWord } from "../src/index.ts";

describe("shellWord", () => {
  it("leaves a plain path as it is", () => {
    expect(shellWord("../plugins/geo-1.0.mjs")).toBe("../plugins/geo-1.0.mjs");
  });

  it("quotes what a shell would read something else into", () => {
    expect(shellWord("my plugins/ünï.mjs")).toBe("'my plugins/ünï.mjs'");
    expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
    expect(shellWord("")).toBe("''");
  });

  it.skipIf(process.platform === "win32")("gives a shell back what it was given", () => {
    const texts = fc.sample(fc.string({ unit: "grapheme", minLength: 1 }), { numRuns: 200, seed: 7 }).filter((text) => !/[\0\ud800-\udfff]/.test(text));
    const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${texts.map(shellWord).join(" ")}`], { encoding: "utf8", timeout: 10_000 });
    expect(printed.split("\0").slice(0, -1)).toEqual(texts);
  });
});
