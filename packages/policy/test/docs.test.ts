import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatDiagnostics } from "@millrace/text";
import { describe, expect, test } from "vitest";
import { BINARY_OPERATORS, LIST_OPERATORS } from "../src/falco/syntax.ts";
import { loadPolicies, OPERATORS, type PolicyLanguage } from "../src/index.ts";
import { processEvent } from "./support/sigma.ts";

const root = join(import.meta.dirname, "../../..");
const MAPPING = /^fieldmappings:/m;

/** The examples of a page, each with the findings that the page shows below it. */
function examplesOf(page: string): { readonly yaml: string; readonly findings: string | undefined }[] {
  const text = readFileSync(join(root, "docs/policies", page), "utf8");
  return [...text.matchAll(/```yaml\n(.*?)```(?:\n\n```text\n(.*?)\n```)?/gs)].map(([, yaml = "", findings]) => ({ yaml, findings }));
}

test("the README's example says what it does", async () => {
  const code = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "packages/policy/README.md"), "utf8"))?.[1] ?? "";
  const text = /`\n(- rule.*?)`;/s.exec(code)?.[1] ?? "";
  const { engine } = loadPolicies({ language: "falco", files: [{ path: "rules.yaml", text }] });
  const records = processEvent({ exe: "/bin/bash" });
  engine?.begin();
  expect(engine?.judge(records, 0).rules.map(({ name }) => name)).toEqual(["shell"]);
  for (const [, names = ""] of code.matchAll(/import \{ (.*?) \} from "@millrace\/policy"/g))
    for (const name of names.split(", ")) expect(Object.keys(await import("../src/index.ts"))).toContain(name);
});

test("the README names every code of an error", () => {
  const readme = readFileSync(join(root, "packages/policy/README.md"), "utf8");
  const sources = readdirSync(join(root, "packages/policy/src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const codes = new Set(sources.flatMap((name) => readFileSync(join(root, "packages/policy/src", name), "utf8").match(/MILLRACE_[A-Z]+_[A-Z]+/g) ?? []));
  expect([...codes].filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
  expect([...new Set(readme.match(/MILLRACE_[A-Z]+_[A-Z]+/g))].filter((code) => !codes.has(code))).toEqual([]);
});

test("each operator has its row, and an example that loads", () => {
  expect(Object.keys(OPERATORS)).toEqual([...BINARY_OPERATORS, ...LIST_OPERATORS, "exists"]);
  for (const { example } of Object.values(OPERATORS)) {
    expect(
      loadPolicies({ language: "falco", strict: true, files: [{ path: "x.yaml", text: `- rule: r\n  desc: d\n  condition: ${example}\n` }] }).diagnostics,
    ).toEqual([]);
  }
});

describe.each<[string, PolicyLanguage, string]>([
  ["language.md", "falco", "policies.yaml"],
  ["from-falco.md", "falco", "policies.yaml"],
  ["from-sigma.md", "sigma", "rules.yaml"],
])("the examples of %s", (page, language, path) => {
  const examples = examplesOf(page);
  const mapping = examples.find(({ yaml }) => MAPPING.test(yaml));
  test.each(examples.filter((example) => example !== mapping).map((example, index) => [index + 1, example] as const))(
    "number %i",
    (_number, { yaml, findings }) => {
      const { diagnostics, ruleSet } = loadPolicies({
        language,
        files: [{ path, text: yaml }],
        mapping: mapping && { path: "config.yaml", text: mapping.yaml },
        actions: [],
      });
      expect(formatDiagnostics(diagnostics)).toBe(findings ?? "");
      expect(ruleSet.rules.length > 0 || findings !== undefined).toBe(true);
    },
  );
});
