import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nativeReference } from "../scripts/reference.ts";
import * as codes from "../src/codes.ts";
import { type DialectResult, detectDialect, readFlow, readFluentbit, readNative, readSysflow } from "../src/index.ts";
import { findings } from "./support/show.ts";

const page = (name: string): string => readFileSync(new URL(`../../../docs/configuration/${name}.md`, import.meta.url), "utf8");
const readme: string = readFileSync(new URL("../README.md", import.meta.url), "utf8");

const readers: Readonly<Record<string, (text: string, language: string) => DialectResult>> = {
  sysflow: (text) => readSysflow({ file: "x.json", text }),
  flow: (text) => readFlow({ file: "x.yaml", text }),
  fluentbit: (text, language) => readFluentbit({ file: `x.${language}`, text }),
  native: (text) => readNative({ file: "x.yaml", text }, {}, { kinds: () => ["handler"] }),
};

describe("the pages of the dialects", () => {
  for (const [dialect, read] of Object.entries(readers)) {
    const examples = blocks(page(dialect)).filter(({ language }) => ["json", "yaml", "conf"].includes(language));
    it(`${dialect} has examples`, () => expect(examples.length).toBeGreaterThan(1));
    examples.forEach(({ language, text }, index) => {
      it(`${dialect}: example ${index + 1} is read`, () => {
        expect(findings(read(text, language))).toBe("");
        expect(detectDialect(`x.${language}`, text)).toBe(dialect);
      });
    });
  }

  it("the reference of millrace.yaml is as it is generated", () => {
    expect(page("native"), "run `pnpm generate` in packages/config").toContain(`<!-- reference -->\n\n${nativeReference()}\n<!-- end -->`);
  });
});

describe("the README", () => {
  it("shows what is printed", () => {
    const [yaml, text] = ["yaml", "text"].map((language) => blocks(readme).find((block) => block.language === language)?.text);
    expect(findings(readNative({ file: "millrace.yaml", text: yaml as string }))).toBe(text?.trimEnd());
  });

  it("lists every code", () => {
    const listed = [...readme.matchAll(/^\| `(MILLRACE_CONFIG_\w+)`/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual(Object.values(codes).sort());
  });
});

function blocks(markdown: string): { language: string; text: string }[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({ language: match[1] as string, text: match[2] as string }));
}
