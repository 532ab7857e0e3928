import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineProcessor } from "@millrace/api/sysflow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { environmentOf } from "../environment.mjs";
import { partsOf, section, withPart } from "../markdown.mjs";
import { metricProblems } from "../metrics.mjs";
import { optionTable } from "../options.mjs";

const named = (options: z.ZodType) =>
  defineProcessor({ name: "my-stage", description: "A stage", in: "flat", options, create: () => ({ process: () => undefined }) });

describe("the table of options", () => {
  it("has types with their bounds, defaults, and what has to be given", () => {
    const plugin = named(
      z.strictObject({
        path: z.string().describe("Where it is."),
        mode: z.enum(["a", "b"]).default("a").describe("`a` | `b`"),
        size: z.union([z.number().int().positive(), z.string()]).optional().describe("How big"),
        share: z.number().min(0).max(1).default(0.5).describe("How much"),
        names: z.array(z.string()).default(["one", "two", "three", "four"]).describe("Which"),
      }),
    );
    expect(optionTable(plugin, environmentOf(plugin, []))).toMatchInlineSnapshot(`
      "| option | type | default | environment | what it does |
      | --- | --- | --- | --- | --- |
      | \`path\` | text | required | \`MY_STAGE_PATH\` | Where it is |
      | \`mode\` | \`a\`, \`b\` | \`a\` | \`MY_STAGE_MODE\` | \`a\` \\| \`b\` |
      | \`size\` | integer > 0 or text |  | \`MY_STAGE_SIZE\` | How big |
      | \`share\` | number 0 to 1 | \`0.5\` | \`MY_STAGE_SHARE\` | How much |
      | \`names\` | list of text | \`one\`, \`two\`, \`three\` … (4) | \`MY_STAGE_NAMES\` | Which |"
    `);
  });

  it("wants every option described", () => {
    expect(() => optionTable(named(z.strictObject({ path: z.string() })), undefined)).toThrow("the option path of processor/my-stage has no description");
  });
});

describe("the check of metrics", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-"));
    for (const path of ["packages/plugins/a/src", "packages/api/src", "packages/flow/src"]) mkdirSync(join(folder, path), { recursive: true });
    put(
      "packages/plugins/a/src/a.ts",
      'ctx.metrics.counter("things", "Things"); metrics.gauge(`of_${kind}_now`, "Now"); fluentbit.metrics.newCounter("sdk", "SDK");',
    );
    put("packages/api/src/shared.ts", 'ctx.metrics.counter("input_bad_records", "Bad ones");');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(path: string, text: string): void {
    writeFileSync(join(folder, path), text);
  }

  function problems(...rows: readonly string[]): readonly string[] {
    const readme = `# a\n\n## Metrics\n\n| name | what |\n|---|---|\n${rows.map((row) => `| ${row} | it |`).join("\n")}\n\n## License\n`;
    return metricProblems(join(folder, "packages/plugins/a"), readme);
  }

  it("finds nothing where all are told of", () => {
    expect(problems("`things{label}`", "`of_tcp_now`, `of_udp_now`", "`fluentbit_plugin_sdk`", "`input_bad_records`")).toEqual([]);
  });

  it("names those that are not told of, and those that nothing makes", () => {
    expect(problems("`things`", "`gone`")).toEqual([
      "its section Metrics does not tell of of_…_now",
      "its section Metrics does not tell of fluentbit_plugin_sdk",
      "it tells of a metric gone, and nothing makes it",
    ]);
  });
});

describe("parts of a page", () => {
  const page = "# Page\n\n<!-- a b: begin -->\nold\n<!-- a b: end -->\n\n## Next\n\ntext\n";
  it("are replaced between their marks", () => expect(withPart(page, "a b", "new", "x.md")).toBe(page.replace("old", "new")));
  it("are named", () => expect(partsOf(page)).toEqual(["a b"]));
  it("must have a place", () => expect(() => withPart(page, "c", "new", "x.md")).toThrow("x.md has no place for c: <!-- c: begin --> … <!-- c: end -->"));
  it("are found under their heading", () => expect([section(page, "Next"), section(page, "Other")]).toEqual(["text", undefined]));
});
