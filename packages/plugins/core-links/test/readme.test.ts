import { readFile } from "node:fs/promises";
import type { Plugin } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { coreReceiver, coreSink, dumper, httpReceiver, tcpReceiver } from "../src/index.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The rows of the options table under the heading of a plugin: option, and default as it is written. */
function documented(name: string): Record<string, string> {
  const section = readme.split(/^### /m).find((part) => part.startsWith(`\`${name}\``)) ?? "";
  const rows = section.split(/^## /m)[0]?.matchAll(/^\| `(\w+)` *\|[^|]*\|([^|]*)\|/gm) ?? [];
  return Object.fromEntries(Array.from(rows, ([, option = "", given = ""]) => [option, given.replaceAll("`", "").trim()]));
}

/** The same as the schema has it. */
function declared(plugin: Plugin): Record<string, string> {
  const schema = plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }) as {
    properties: Record<string, { default?: unknown }>;
    required?: string[];
  };
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, { default: given }]) => [key, schema.required?.includes(key) ? "required" : String(given ?? "none")]),
  );
}

describe("the options tables", () => {
  it.each([coreReceiver, tcpReceiver, httpReceiver, coreSink, dumper])("say what the schema of $name says", (plugin) => {
    const given = documented(plugin.name);
    if (plugin === tcpReceiver) {
      expect(given.read_timeout).toBe("1000 (mid: 50)");
      given.read_timeout = "none";
    }
    expect(given).toEqual(declared(plugin));
  });
});
