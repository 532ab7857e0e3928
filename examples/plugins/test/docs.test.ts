import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Plugin } from "@millrace/api";
import { Registry } from "@millrace/core";
import { describe, expect, it } from "vitest";

const FOLDER = new URL("../", import.meta.url);
const text = await readFile(new URL("../../../docs/writing-plugins.md", import.meta.url), "utf8");
const shown = new Map(Array.from(text.matchAll(/<!-- ([\w-]+\.mjs) -->\n```js\n([\s\S]*?)```/g), (match) => [match[1] as string, match[2] as string]));
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".mjs"));

describe("docs/writing-plugins.md", () => {
  it("shows each plugin of examples/plugins, and no other", () => {
    expect([...shown.keys()].sort()).toEqual(files.sort());
  });

  it.each(files)("shows %s as it is", async (name) => {
    expect(shown.get(name)).toBe(await readFile(new URL(name, FOLDER), "utf8"));
  });

  it.each(files)("%s is found by the name of its plugin, in a folder of plugins", async (name) => {
    const { plugin } = (await import(new URL(name, FOLDER).href)) as { plugin: Plugin };
    expect(`${plugin.name}.mjs`).toBe(name);
    const registry = new Registry().addSource({ from: "directory", path: fileURLToPath(FOLDER) });
    const { found, diagnostics } = await registry.resolve(plugin.kind, plugin.name);
    expect(diagnostics).toEqual([]);
    expect(found?.plugin).toBe(plugin);
  });

  it("has a test in it that prints what it says", async () => {
    const [sample] = Array.from(text.matchAll(/```js\n(import \{ harness[\s\S]*?)```/g), (match) => match[1] as string);
    const promised = Array.from((sample as string).matchAll(/\/\/ (.*)$/gm), (match) => match[1]);
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@millrace/source", "--input-type=module", "-e", sample as string], {
      cwd: FOLDER,
      timeout: 15_000,
    });
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.replaceAll("'", '"')),
    ).toEqual(promised);
  });

  it("leads nowhere that does not exist", async () => {
    const links = Array.from(text.matchAll(/\]\(([^)#:]+)\)/g), (match) => match[1] as string);
    const missing: string[] = [];
    for (const link of links) await access(new URL(`../../../docs/${link}`, import.meta.url)).catch(() => missing.push(link));
    expect(missing).toEqual([]);
  });
});
