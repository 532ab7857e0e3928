import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runPipeline, type Section } from "./pipeline.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("the example of the README prints what it says, but for the time", async () => {
  const [, config = ""] = /```ini\n(.*?)```/s.exec(readme) ?? [];
  const [, printed = ""] = /prints one line a second, twice:\n\n```text\n(.*?)```/s.exec(readme) ?? [];
  const sections = config
    .split(/^\[/m)
    .slice(1)
    .map((text) => ({
      kind: text.slice(0, text.indexOf("]")),
      values: Object.fromEntries([...text.matchAll(/^ +(\S+) +(.*)$/gm)].map(([, key = "", value = ""]) => [key.toLowerCase(), value])),
    }));
  const of = (kind: string): { plugin: string; options: Record<string, string>; instance: Record<string, string>; match: string }[] =>
    sections
      .filter((section) => section.kind === kind)
      .map(({ values: { name = "", tag = "", match = "", ...options } }) => ({
        plugin: name,
        options,
        instance: (tag === "" ? {} : { tag }) as Record<string, string>,
        match,
      }));
  const { writes } = await runPipeline({
    inputs: of("INPUT") satisfies Section[],
    outputs: of("OUTPUT"),
    flush: Number(sections.find(({ kind }) => kind === "SERVICE")?.values.flush),
  });
  const timeless = (text: string): string => text.replace(/\d+\.\d{9}/, "TIME");
  expect(writes.map(timeless)).toEqual([timeless(printed), timeless(printed)]);
});
