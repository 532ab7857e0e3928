import { readFile } from "node:fs/promises";
import { bodies, harness, records } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("hides what is secret, and drops what holds nothing else", async () => {
    const h = await harness(plugin, {
      options: { keys: "password, token" },
      instance: { match: "app" },
      input: records("app", { user: "ada", password: "secret" }, { token: "secret" }, { user: "ben" }),
    });
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([{ user: "ada", password: "***" }, { user: "ben" }]);
  });

  it("leaves other tags alone", async () => {
    const h = await harness(plugin, { options: { keys: "password" }, instance: { match: "app" }, input: records("db", { password: "secret" }) });
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([{ password: "secret" }]);
  });

  it("stands in a configuration as its README shows", async () => {
    expect(await read("README.md")).toContain(`\`\`\`conf\n${await read("example/fluent-bit.conf")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
