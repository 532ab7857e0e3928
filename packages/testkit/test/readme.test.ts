import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { defineAction } from "@millrace/api/sysflow";
import { conformanceChecks, Harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

const plugin = defineAction({ name: "none", description: "Does nothing", create: () => () => undefined });
const ROOT = join(import.meta.dirname, "..");
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const fences = Array.from(readme.matchAll(/```ts\n([\s\S]*?)```/g), (match) => match[1] as string);

describe("README.md", () => {
  it("begins with an example that is a test of its own: readme-example.test.ts", async () => {
    expect(fences[0]).toBe(await readFile(join(import.meta.dirname, "readme-example.test.ts"), "utf8"));
  });

  it("tells a scenario that can be told", async () => {
    const code = `${fences[1]}\nconsole.log(told.records.length, told.batch().records, told.flat().records, (await told.trace()).length > 1000);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@millrace/source", "--input-type=module", "-e", code], {
      cwd: ROOT,
      timeout: 15_000,
    });
    expect(stdout.trim()).toBe("7 7 3 true");
  });

  it("names what there is in the harness, and the suites", () => {
    const named = Array.from(readme.matchAll(/`(?:await )?h\.(\w+)/g), (match) => match[1] as string);
    expect(named.filter((name) => !(name in Harness.prototype))).toEqual([]);
    const suites = new Set(conformanceChecks(plugin).map(({ suite }) => suite));
    expect([...suites].filter((suite) => !new RegExp(`^\\| ${suite} +\\|`, "m").test(readme))).toEqual([]);
  });
});
