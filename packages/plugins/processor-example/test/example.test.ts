import { readFile } from "node:fs/promises";
import { clientServerScene, flat, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("example", () => {
  it("prints what the documented example says", async () => {
    const h = await harness(plugin, { input: clientServerScene().flat() });
    await h.finished();
    const lines = ["Process Event: ./server, 13823", "Process Event: ./client, 13824", "Process Event: ./client, 13824", "Process Event: ./server, 13823"];
    expect(h.log("info")).toEqual(lines);
    expect(await readFile(new URL("../README.md", import.meta.url), "utf8")).toContain(`\`\`\`text\n${lines.join("\n")}\n\`\`\``);
  });

  it("says nothing of files and networks, and of an unknown program only the thread", async () => {
    const h = await harness(plugin, { input: flat({ type: "FF", "sf.proc.tid": 1n }, { type: "NF", "sf.proc.tid": 2n }, { type: "PE", "sf.proc.tid": 3n }) });
    await h.finished();
    expect(h.lines.map(({ level, message }) => [level, message])).toEqual([["info", "Process Event: , 3"]]);
  });
});
