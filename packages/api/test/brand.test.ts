import { describe, expect, test } from "vitest";
import { bytesBatch, bytesChannel, CHANNEL, defineNode, ERROR, isMillraceError, isPlugin, MillraceError, PLUGIN } from "../src/index.ts";

const discard = defineNode({
  name: "discard",
  description: "Reads everything and keeps nothing",
  channels: { in: "any", out: [] },
  create: () => ({ run: () => undefined }),
});

describe("brands", () => {
  test("a plugin is known by its brand, not by the copy of the module that made it", () => {
    expect(isPlugin(discard)).toBe(true);
    expect(isPlugin({ [Symbol.for("millrace.plugin")]: { abi: 1 }, name: "from another copy" })).toBe(true);
    expect(isPlugin({ name: "discard", kind: "node" })).toBe(false);
    expect(isPlugin(undefined)).toBe(false);
    expect(isPlugin(null)).toBe(false);
    expect(isPlugin("discard")).toBe(false);
  });

  test("an error is known by its brand", () => {
    const error = new MillraceError("MILLRACE_TEST", "it broke", { hint: "mend it", cause: new Error("below"), retryable: true });
    expect(isMillraceError(error)).toBe(true);
    expect(isMillraceError(new Error("plain"))).toBe(false);
    expect(error).toMatchObject({ name: "MillraceError", code: "MILLRACE_TEST", message: "it broke", hint: "mend it", retryable: true, diagnostics: [] });
    expect((error.cause as Error).message).toBe("below");
  });

  test("the symbols are those of the global registry", () => {
    expect([PLUGIN, ERROR, CHANNEL].map((symbol) => Symbol.keyFor(symbol))).toEqual(["millrace.plugin", "millrace.error", "millrace.channel"]);
  });
});

describe("a plugin as data", () => {
  test("what the author leaves out has a default", () => {
    expect({ ...discard, node: undefined }).toEqual({
      [PLUGIN]: { abi: 1 },
      kind: "node",
      name: "discard",
      aliases: [],
      version: undefined,
      description: "Reads everything and keeps nothing",
      stability: "beta",
      options: undefined,
      freeOptions: false,
      channels: { in: "any", out: [] },
      hosts: {},
      ack: "auto",
      replicas: "one",
      onLost: "stop",
      node: undefined,
      hostedBy: undefined,
    });
  });
});

describe("the bytes channel", () => {
  test("counts its chunks and their bytes, and can be divided", () => {
    const batch = bytesBatch([new Uint8Array(3), new Uint8Array(5), new Uint8Array(0)]);
    expect(batch).toMatchObject({ records: 3, bytes: 8 });
    expect(bytesChannel.slice?.(batch, 1, 3)).toMatchObject({ records: 2, bytes: 5 });
  });
});
