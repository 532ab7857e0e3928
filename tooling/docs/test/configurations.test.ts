import { expect, it } from "vitest";
import { allFences, type Fence, isRun, placeOf, textOf } from "./support/pages.ts";
import { put, scratchFor } from "./support/scratch.ts";
import { shell } from "./support/shell.ts";

/** What a configuration is, told by what stands in it; how it is checked; and the name that its findings show. */
interface Kind {
  readonly of: RegExp;
  readonly file: string;
  readonly command: string;
}

const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  json: [{ of: /"pipeline":/, file: "pipeline.json", command: "millrace check pipeline.json" }],
  conf: [{ of: /^\[INPUT\]/m, file: "fluent-bit.conf", command: "fluent-bit --dry-run -c fluent-bit.conf" }],
  yaml: [
    { of: /^tests:/m, file: "examples/policies/shown.test.yaml", command: "millrace policy test examples/policies/shown.test.yaml" },
    { of: /^- (rule|macro|list|drop|filter): /m, file: "policies.yaml", command: "millrace policy check policies.yaml" },
    { of: /^detection:/m, file: "rules.yaml", command: "millrace policy check --language sigma --config mapping.yaml rules.yaml" },
    { of: /^nodes:/m, file: "millrace.yaml", command: "millrace check millrace.yaml" },
    { of: /^(actors|components):/m, file: "flow.yaml", command: "millrace check flow.yaml" },
    { of: /^pipeline:\n {2}inputs:/m, file: "fluent-bit.yaml", command: "fluent-bit --dry-run -c fluent-bit.yaml" },
  ],
};

/** A file that others name stands under a comment that says so, and is checked with them. */
const NAMED = /^file: /;

const fences = allFences("json", "yaml", "conf", "ini").filter((fence) => isRun(fence) && !NAMED.test(fence.comment));

it("there are configurations", () => expect(fences.length).toBeGreaterThan(25));

it.concurrent.each(fences.map((fence) => [placeOf(fence), fence] as const))(
  "the configuration of %s is good, or wrong as the page says",
  async (_place, fence) => {
    const { file, command } = kindOf(fence);
    const folder = scratchFor(fence.page);
    put(folder, file, fence.text);
    const { code, output } = await shell(command + withOwnPlugin(fence.page, command), folder);
    const findings = /^\S+:\d+:\d+: (error|warning) MILLRACE/m.test(output);
    if (findings && fence.shown !== undefined) for (const finding of findingsOf(fence.shown)) expect(output).toContain(finding);
    else expect(findings ? output : code, output).toBe(0);
  },
);

/** A plugin that the driver does not bring is looked for in the sources beside its README. */
function withOwnPlugin(page: string, command: string): string {
  const [, own] = /^(packages\/plugins\/[^/]+)\/README\.md$/.exec(page) ?? [];
  if (own === undefined || !command.startsWith("millrace check ")) return "";
  const { name } = JSON.parse(textOf(`${own}/package.json`)) as { readonly name: string };
  const { dependencies } = JSON.parse(textOf("apps/driver/package.json")) as { readonly dependencies: Readonly<Record<string, string>> };
  return name in dependencies ? "" : " --plugins src/index.ts";
}

/** The findings in a text that a page shows; the sum below them may be of more than the page speaks of. */
function findingsOf(text: string): readonly string[] {
  const found = text.replace(/^\d+ (errors?|warnings?).*$/m, "").split(/^(?=\S+:\d+:\d+: )/m);
  return found.map((each) => each.trimEnd());
}

function kindOf({ language, text, page, line }: Fence): Kind {
  const found = KINDS[language === "ini" ? "conf" : language]?.find(({ of }) => of.test(text));
  if (found === undefined)
    throw new Error(`${page}:${line}: nobody knows what this configuration is; "<!-- file: NAME -->" before it makes it a file for others of the page`);
  return found;
}
