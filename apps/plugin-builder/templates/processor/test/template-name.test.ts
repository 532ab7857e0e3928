import { readFile } from "node:fs/promises";
import { clientServerScene, flat, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("names the busiest programs, and counts them all", async () => {
    const h = await harness(plugin, {
      options: { top: 1 },
      input: [flat({ type: "PE", "sf.proc.exe": "/bin/a" }, { type: "FF", "sf.proc.exe": "/bin/b" }), flat({ type: "NF", "sf.proc.exe": "/bin/b" })],
    });
    await h.finished();
    expect(h.log("info")).toEqual(["/bin/b: 2"]);
    expect(h.metric("template_name_events", "/bin/a")).toBe(1);
    expect(h.metric("template_name_events", "/bin/b")).toBe(2);
  });

  it("does what its README shows", async () => {
    const h = await harness(plugin, { input: clientServerScene().flat() });
    await h.finished();
    const readme = await read("README.md");
    expect(readme).toContain(`\`\`\`json\n${await read("example/pipeline.json")}\`\`\``);
    expect(readme).toContain(`\`\`\`text\n${h.log("info").join("\n")}\n\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
