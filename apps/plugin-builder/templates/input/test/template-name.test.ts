import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { bodies, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("tells every so often, until it is to end", async () => {
    const h = await harness(plugin, { options: { interval_ms: "500" }, instance: { tag: "machine" } });
    await h.advance(1200);
    expect((await h.stop()).state).toBe("drained");
    const records = h.sent.flatMap((batch) => bodies(batch));
    expect(records).toEqual(Array(3).fill({ total: totalmem(), free: expect.any(Number) }));
    expect(h.metric("fluentbit_plugin_template_name_total")).toBe(3);
  });

  it("stands in a configuration as its README shows", async () => {
    expect(await read("README.md")).toContain(`\`\`\`conf\n${await read("example/fluent-bit.conf")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
