import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harness, records } from "@millrace/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "template-name-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("template-name", () => {
  it("writes a line for each record, and sets aside what is no JSON", async () => {
    const path = join(folder, "out.jsonl");
    const h = await harness(plugin, { options: { path }, clock: "system", input: records("t", { a: 1 }, { big: 1n }, { b: "x" }) });
    await h.finished();
    expect(await readFile(path, "utf8")).toBe('{"tag":"t","time":1600000000,"a":1}\n{"tag":"t","time":1600000002,"b":"x"}\n');
    expect(h.metric("output_bad_records")).toBe(1);
  });

  it("asks for a chunk again that it could not write", async () => {
    const h = await harness(plugin, { options: { path: folder }, instance: { retry_limit: "1" } });
    const fed = h.feed(records("t", { a: 1 }));
    await h.until("a failed attempt", () => h.log("warn").length === 1);
    await h.advance(60_000);
    expect((await fed.settled()).outcome.state).toBe("lost");
    await h.close();
  });

  it("stands in a configuration as its README shows", async () => {
    expect(await read("README.md")).toContain(`\`\`\`conf\n${await read("example/fluent-bit.conf")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
