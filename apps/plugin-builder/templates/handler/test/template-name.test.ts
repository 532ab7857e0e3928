import { readFile } from "node:fs/promises";
import { clientServerScene, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("tells of flows to the port that it is asked for, and of no others", async () => {
    const told = await harness(plugin, { options: { "dest.port": 8080 }, input: clientServerScene().batch() });
    await told.finished();
    expect(told.log("info")).toHaveLength(2);
    expect(told.metric("template_name_flows")).toBe(2);

    const silent = await harness(plugin, { options: { "dest.port": 443 }, input: clientServerScene().batch() });
    await silent.finished();
    expect(silent.log("info")).toEqual([]);
  });

  it("does what its README shows", async () => {
    const h = await harness(plugin, { input: clientServerScene().batch() });
    await h.finished();
    const readme = await read("README.md");
    expect(readme).toContain(`\`\`\`json\n${await read("example/pipeline.json")}\`\`\``);
    expect(readme).toContain(`\`\`\`text\n${h.log("info").join("\n")}\n\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
