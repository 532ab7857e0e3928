import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFluentbit } from "@millrace/config";
import { describe, expect, it } from "vitest";
import { machineFiles } from "../src/machine/config-file.ts";
import { builtinRegistry } from "../src/pipeline/builtins.ts";
import { withLimits } from "../src/pipeline/fluentbit-limits.ts";
import { checkPipeline } from "../src/pipeline/run-pipeline.ts";
import { conformance } from "./support/places.ts";

/** Where we judge otherwise than the peer, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "c18_tab_separator.conf": "a tab may stand between key and value",
  "c60_bom.conf": "a byte order mark is no mistake",
  "c65_bad_dummy_json.conf": "a dry run finds bad JSON",
  "c66_match_regex_bad.conf": "a dry run finds a bad regular expression",
  "c71_tail_no_path.conf": "there is no tail yet",
  "c73_grep_bad_rule.conf": "there is no grep yet",
  "y09_processors.yaml": "there are no processors yet",
  "y11_processor_badprop.yaml": "there are no processors yet",
  "y20_list_prop.yaml": "there is no modify yet",
  "y32_filter_processors.yaml": "there is no grep yet",
  "y34_filter_as_processor.yaml": "there are no processors yet",
  "y35_condition.yaml": "there are no processors yet",
};

const folder = conformance === undefined ? undefined : join(conformance, "golden/fluentbit/conf");
const verdicts = folder !== undefined && existsSync(join(folder, "verdicts.json")) ? readVerdicts(readFileSync(join(folder, "verdicts.json"), "utf8")) : [];
if (verdicts.length === 0) console.log("fluent-bit: the recorded configurations are not there; their verdicts are not compared");

describe.skipIf(verdicts.length === 0)("recorded configurations of fluent-bit", () => {
  it("are accepted and rejected as the peer does", async () => {
    const different: string[] = [];
    for (const { name, accepted } of verdicts) {
      const file = join(folder as string, name);
      const parsed = withLimits(readFluentbit({ file, text: readFileSync(file, "utf8") }, { HOSTNAME: "host" }, { files: machineFiles }));
      const { graph } = await checkPipeline(parsed, builtinRegistry());
      if ((graph !== undefined) !== accepted) different.push(name);
    }
    expect(different).toEqual(Object.keys(OTHERWISE));
  });
});

function readVerdicts(json: string): { readonly name: string; readonly accepted: boolean }[] {
  return (JSON.parse(json) as string[]).map((row) => {
    const [, name = "", , verdict = ""] = row.split("|").map((cell) => cell.trim());
    return { name, accepted: verdict.includes("ACCEPT") };
  });
}
