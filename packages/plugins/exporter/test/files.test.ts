import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harness, podScene } from "@millrace/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";
import { encoder, eventsFrom, lines } from "./support/events.ts";

const batch = eventsFrom(podScene().records);
const expected = lines(batch, encoder("json")).map((line) => `${line}\n`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-exporter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name = "out.jsonl"): string => join(folder, name);
const read = (name?: string): string => readFileSync(path(name), "utf8");

async function run(options: Record<string, unknown>, times = 1): Promise<void> {
  const h = await harness(plugin, {
    options: { export: "file", "file.path": path(), ...options },
    input: Array.from({ length: times }, () => batch),
    clock: "system",
  });
  expect((await h.finished()).state).toBe("finished");
  expect(h.metric("exported_records")).toBe(batch.records * times);
}

describe("the file", () => {
  it("is emptied at the start, and appended to where that is wanted", async () => {
    writeFileSync(path(), "something old\n");
    await run({});
    expect(read()).toBe(expected.join(""));
    await run({ "file.append": true });
    expect(read()).toBe(expected.join("").repeat(2));
  });

  it("gets a new line where it was left within a record", async () => {
    writeFileSync(path(), '{"half');
    await run({ "file.append": true });
    expect(read()).toBe(`{"half\n${expected.join("")}`);
  });

  it("is put aside by size between records, and the oldest one goes", async () => {
    const total = expected.join("").length;
    await run({ "file.rotate.size": total * 2, "file.rotate.keep": 2 }, 10);
    expect(readdirSync(folder).sort()).toEqual(["out.jsonl", "out.jsonl.1", "out.jsonl.2"]);
    for (const name of readdirSync(folder)) {
      expect(read(name).length).toBeLessThanOrEqual(total * 2);
      for (const line of read(name).split("\n").slice(0, -1)) expect(expected).toContain(`${line}\n`);
    }
    // Read in their order, they are the end of what was written.
    expect(
      expected
        .join("")
        .repeat(10)
        .endsWith(read("out.jsonl.2") + read("out.jsonl.1") + read()),
    ).toBe(true);
  });

  it("holds one record where no two have room, however long it is", async () => {
    await run({ "file.rotate.size": 1, "file.rotate.keep": 1000 });
    const files = readdirSync(folder).length;
    expect(files).toBe(batch.records);
    expect(read()).toBe(expected.at(-1));
    expect(read(`out.jsonl.${files - 1}`)).toBe(expected[0]);
  });

  it("is put aside by age, when something is written", async () => {
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.rotate.interval": "10s" } });
    for (const wait of [0, 9000, 1000]) {
      await h.advance(wait);
      expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    }
    await h.close();
    expect([read("out.jsonl.1"), read()]).toEqual([expected.join("").repeat(2), expected.join("")]);
  });

  it("is put aside by age when nothing is written, too, unless it is empty", async () => {
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.rotate.interval": "10s" } });
    const aside = (): string[] => readdirSync(folder).filter((name) => name !== "out.jsonl");
    await h.until("the file to be opened", () => existsSync(path()));
    await h.advance(25_000);
    expect(aside()).toEqual([]);
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    await h.advance(10_000);
    await h.until("the file to be put aside", () => existsSync(path("out.jsonl.1")) && existsSync(path()));
    await h.advance(60_000);
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    expect([aside(), read("out.jsonl.1"), read()]).toEqual([["out.jsonl.1"], expected.join(""), expected.join("")]);
    await h.close();
  });

  it("is left where it is while it can't be put aside, and loses nothing", async () => {
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.rotate.interval": "10s" } });
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    mkdirSync(path("out.jsonl.1"));
    mkdirSync(path("out.jsonl.2"));
    mkdirSync(path("out.jsonl.2/kept"), { recursive: true });
    mkdirSync(path("out.jsonl.5/kept"), { recursive: true });
    for (const name of ["3", "4"]) mkdirSync(path(`out.jsonl.${name}`));
    await h.advance(10_000);
    await h.until("the attempt to fail", () => h.log("warn").length > 0);
    expect(h.log("warn")[0]).toMatch(/^can't put aside .*out\.jsonl: ENOTEMPTY/);
    rmSync(path("out.jsonl.5"), { recursive: true });
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    expect(expected.join("").repeat(2).endsWith(read())).toBe(true);
    expect(read("out.jsonl.1") + read()).toBe(expected.join("").repeat(2));
    await h.close();
  });

  it("takes groups of as many records as are wanted", async () => {
    await run({ buffer: 3 });
    expect(read()).toBe(expected.join(""));
  });

  it("is written to before a batch is settled", async () => {
    const h = await harness(plugin, { options: { export: "file", "file.path": path() }, clock: "system" });
    for (let times = 1; times < 4; times++) {
      expect((await h.feed(batch).settled()).outcome.state).toBe("done");
      expect(read()).toBe(expected.join("").repeat(times));
    }
    await h.close();
  });
});

describe("the health check", () => {
  it("fails where there is no folder for the file, and names the path", async () => {
    await expect(harness(plugin, { options: { export: "file", "file.path": path("missing/out") } })).rejects.toThrow(/missing\/out.*ENOENT/);
  });

  it("fails where the path is a folder", async () => {
    mkdirSync(path("folder"));
    await expect(harness(plugin, { options: { export: "file", "file.path": path("folder") } })).rejects.toThrow(/can't open .*folder: it is a folder/);
  });

  it.skipIf(process.getuid?.() === 0)("fails where the file may not be written", async () => {
    writeFileSync(path(), "");
    chmodSync(path(), 0o400);
    await expect(harness(plugin, { options: { export: "file", "file.path": path() } })).rejects.toThrow(/EACCES/);
  });

  it("changes nothing", async () => {
    writeFileSync(path(), "something old\n");
    const h = await harness(plugin, { options: { export: "file", "file.path": path() } });
    await h.run.test();
    await h.close();
    expect(existsSync(path("other"))).toBe(false);
  });

  it("fails where the folder of the secrets is none", async () => {
    await expect(harness(plugin, { options: { export: "null", "vault.secrets": true, "vault.path": path("nowhere") } })).rejects.toThrow(
      /path .*nowhere not found/,
    );
    writeFileSync(path("file"), "");
    await expect(harness(plugin, { options: { export: "null", "vault.secrets": true, "vault.path": path("file") } })).rejects.toThrow(/is not a directory/);
  });
});
