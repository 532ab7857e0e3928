import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runPipeline, type Section } from "./pipeline.ts";

/** What the peer printed, recorded; it is there only beside the project. */
const folder = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../../shared");
const files = ["stdout.md", "extra.md"].map((name) => join(folder, "golden/fluentbit", name)).filter((file) => existsSync(file));
if (files.length === 0) console.log("left out: the recorded outputs of Fluent Bit's dummy and stdout, which are not there");

interface Case {
  readonly title: string;
  readonly words: readonly string[];
  readonly stdout: string;
}

/** What Millrace does otherwise, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "stdout format=otlp_json": "not supported yet: an error",
  "dummy invalid JSON": "an error before anything starts (deviations, Fluent Bit 8)",
};

const cases = files.flatMap((file) => casesOf(readFileSync(file, "utf8"))).filter(({ words }) => words.includes("dummy") && words.includes("stdout"));

describe.skipIf(files.length === 0)("Fluent Bit's recorded output", () => {
  it("is there in full", () => expect(cases.length).toBeGreaterThan(35));

  it.each(cases.filter(({ title }) => OTHERWISE[title] === undefined))("$title", async ({ words, stdout }) => {
    expect((await runPipeline(pipelineOf(words))).stdout).toBe(stdout);
  });

  it.each(cases.filter(({ title }) => OTHERWISE[title] !== undefined))("$title: otherwise", async ({ words }) => {
    await expect(runPipeline(pipelineOf(words))).rejects.toThrow();
  });
});

/** Cases that are command lines; those with a configuration file are the dialects' to read. */
function casesOf(text: string): Case[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const input = /^input:\n```\n(.*?)\n```$/ms.exec(section)?.[1] ?? "";
      const stdout = /^stdout:\n```\n(.*?)```$/ms.exec(section)?.[1];
      if (stdout === undefined || input.startsWith("[") || !input.includes("-i ")) return [];
      return [{ title: section.slice(0, section.indexOf("\n")), words: wordsOf(input.split("\nstdin:")[0] as string), stdout: stdout === "\n" ? "" : stdout }];
    });
}

/** The words of a command line in a shell: blanks divide, single quotes join. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s']+|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ""));
}

function pipelineOf(words: readonly string[]): Parameters<typeof runPipeline>[0] {
  const inputs: Section[] = [];
  const outputs: (Section & { match?: { match?: string; regex?: string } })[] = [];
  let last: { plugin: string; options: Record<string, unknown>; instance: Record<string, unknown>; match?: Record<string, string> } | undefined;
  const open = (list: object[], plugin: string): void => {
    last = { plugin, options: {}, instance: {} };
    list.push(last);
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const next = (): string => words[++index] as string;
    if (word === "-i") open(inputs, next());
    else if (word === "-o") open(outputs, next());
    else if (word === "-t" && last) last.instance.tag = next();
    else if (word === "-m" && last) last.match = { match: next() };
    else if (word === "-p" && last) {
      const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(next()) ?? [];
      if (key === "match_regex") last.match = { regex: value };
      else last.options[key] = value;
    }
  }
  return { inputs, outputs };
}
