import { readFile } from "node:fs/promises";
import type { SysflowBatch } from "@millrace/api/sysflow";
import { harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("template-name", () => {
  it("makes as many events as it is asked for, and ends", async () => {
    const h = await harness<never, SysflowBatch>(plugin, { options: { every: 100, events: 2, exe: "/bin/beat" } });
    await h.advance(1000);
    expect((await h.finished()).state).toBe("finished");
    const records = h.sent.flatMap((batch) => [...batch]);
    expect(records.map(({ type }) => type)).toEqual(["H", "P", "PE", "PE"]);
    expect(records[1]).toMatchObject({ value: { exe: "/bin/beat" } });
  });

  it("goes on until it is to end", async () => {
    const h = await harness<never, SysflowBatch>(plugin, { options: { every: 100 } });
    await h.advance(950);
    expect((await h.stop()).state).toBe("drained");
    expect(h.sent.flatMap((batch) => [...batch]).filter(({ type }) => type === "PE")).toHaveLength(10);
  });

  it("stands in a pipeline as its README shows", async () => {
    expect(await read("README.md")).toContain(`\`\`\`json\n${await read("example/pipeline.json")}\`\`\``);
  });
});

function read(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}
