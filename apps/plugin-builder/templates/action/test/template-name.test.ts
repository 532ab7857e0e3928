import { readFile } from "node:fs/promises";
import type { EventBatch, FlatBatch } from "@millrace/api/sysflow";
import { flat, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("tags an event with its user, and leaves one without alone", async () => {
    const h = await harness<FlatBatch, EventBatch>(plugin, {
      options: { prefix: "by:" },
      input: flat({ type: "PE", "sf.proc.user": "ada" }, { type: "FF" }),
    });
    await h.finished();
    expect(h.sent.flatMap((batch) => Array.from(batch, ({ tags }) => tags))).toEqual([["by:ada"], []]);
  });

  it("is called as its README shows", async () => {
    const readme = await read("README.md");
    expect(readme).toContain(`\`\`\`json\n${await read("example/pipeline.json")}\`\`\``);
    expect(readme).toContain(`\`\`\`yaml\n${await read("example/policies/starts.yaml")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
