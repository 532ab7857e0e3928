import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { formatDiagnostics } from "@millrace/text";
import { describe, expect, it } from "vitest";
import { type ConfigFiles, type DialectResult, readFluentbit } from "../src/index.ts";
import { sayLeftOut, shared } from "./support/shared.ts";

const folder: string = join(shared ?? "", "golden/fluentbit/conf");

/** Where we differ from the peer on purpose. */
const DEVIATIONS: Readonly<Record<string, "ACCEPT" | "REJECT">> = {
  "c18_tab_separator.conf": "ACCEPT",
  "c60_bom.conf": "ACCEPT",
  "c66_match_regex_bad.conf": "REJECT",
};

/** Cases whose verdict belongs to a plugin: a script that it opens, a processor that it is. */
const LEFT_OUT: readonly string[] = ["c70_lua_missing_script.conf", "y10_unknown_processor.yaml"];

sayLeftOut("the verdicts of Fluent Bit on 111 configurations");
if (shared !== undefined) console.log(`left out of the verdicts, since only the plugin can tell: ${LEFT_OUT.join(", ")}`);

describe.skipIf(shared === undefined)("verdicts of the peer", () => {
  const cases = shared === undefined ? [] : verdicts();
  it("are all there", () => expect(cases).toHaveLength(111));
  for (const { file, verdict } of cases.filter((each) => !LEFT_OUT.includes(each.file))) {
    it(`${file}: ${DEVIATIONS[file] ?? verdict}${DEVIATIONS[file] === undefined ? "" : " (the peer differs)"}`, () => {
      const result = readFluentbit({ file, text: readFileSync(join(folder, file), "utf8") }, { HOSTNAME: "here" }, { files: diskFiles() });
      const problems = [
        ...result.diagnostics.filter(({ severity }) => severity === "error").map((each) => formatDiagnostics([each])),
        ...pluginProblems(result),
      ];
      expect(problems.length === 0 ? "ACCEPT" : "REJECT", problems.join("\n")).toBe(DEVIATIONS[file] ?? verdict);
    });
  }
});

function verdicts(): { file: string; verdict: string }[] {
  const rows = JSON.parse(readFileSync(join(folder, "verdicts.json"), "utf8")) as string[];
  return rows.map((row) => {
    const [, file = "", , verdict = ""] = row.split("|").map((cell) => cell.trim());
    return { file, verdict: verdict.replaceAll("*", "") };
  });
}

function diskFiles(): ConfigFiles {
  return {
    readFile: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined),
    glob: (pattern) => globSync(pattern, { cwd: folder }).sort(),
    identify: (path) => realpathSync(join(folder, path)),
    exists: (path) => existsSync(path.startsWith("/") ? path : join(folder, path)),
  };
}

/** What planning would say with the peer's plugins at hand: names and properties, as the facts list them. */
function pluginProblems({ spec }: DialectResult): string[] {
  const tables = pluginTables();
  return (spec?.nodes ?? []).flatMap(({ id, plugin, kind, options }) => {
    if (kind === "node") return [];
    const known = tables.get(`${kind} ${plugin}`);
    if (known === undefined) return [`there is no ${kind} ${plugin}`];
    return Object.keys(options)
      .filter((key) => !known.includes(key))
      .map((key) => `${id} has no property ${key}`);
  });
}

function pluginTables(): Map<string, string[]> {
  const text = readFileSync(join(shared ?? "", "facts/fluentbit.md"), "utf8");
  const tables = new Map<string, string[]>([["output stdout", ["format", "json_date_format", "json_date_key"]]]);
  for (const part of text.split(/^(?=\*\*(?:input|filter|output) `)/m).slice(1)) {
    const head = /^\*\*(input|filter|output) `([^`]+)`/.exec(part);
    const keys = [...part.matchAll(/^\| ([A-Za-z_.]+) \|/gm)].map((match) => (match[1] as string).toLowerCase()).filter((key) => key !== "key");
    if (head !== null) tables.set(`${head[1]} ${head[2]}`, keys);
  }
  return tables;
}
