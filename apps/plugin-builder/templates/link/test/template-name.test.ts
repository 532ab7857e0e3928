import { readFile } from "node:fs/promises";
import { harness, messages, payloads } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("refuses what is too large, and counts it", async () => {
    const h = await harness(plugin, { options: { max_bytes: 5 } });
    const fed = h.feed(messages("short", "longer", ""));
    expect((await fed.settled()).statuses).toEqual(["done", "invalid", "done"]);
    expect(h.sent.flatMap((batch) => payloads(batch))).toEqual(["short", ""]);
    expect(h.metric("template_name_refused")).toBe(1);
    await h.close();
  });

  it("answers as the next link does", async () => {
    const h = await harness(plugin, { downstream: (delivery) => delivery.refuse("throttled") });
    expect((await h.feed(messages("short")).settled()).statuses).toEqual(["throttled"]);
    await h.close();
  });

  it("stands in a pipeline as its README shows", async () => {
    expect(await read("README.md")).toContain(`\`\`\`yaml\n${await read("example/flow.yaml")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
