import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SysflowBatch, SysflowRecord } from "@millrace/api/sysflow";
import { writeTrace } from "@millrace/sysflow";
import { type Harness, harness } from "@millrace/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

let folder: string;
const record = (path: string): SysflowRecord => ({
  type: "F",
  value: { state: "CREATED", oid: "ab".repeat(20), ts: 1n, restype: "f", path, containerId: undefined },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-driver-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, paths: readonly string[], change: (bytes: Buffer) => Uint8Array = (bytes) => bytes): Promise<string> {
  const file = join(folder, name);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, change(Buffer.from(await writeTrace(paths.map(record), { blockBytes: 200, sync: new Uint8Array(16).fill(9) }))));
  return file;
}

function run(path: string | undefined, options: Record<string, unknown> = {}): Promise<Harness<never, SysflowBatch>> {
  return harness<never, SysflowBatch>(plugin, { options: { ...(path !== undefined && { path }), ...options }, clock: "system" });
}

function pathsOf(h: Harness<never, SysflowBatch>): string[] {
  return h.sent.flatMap((batch) => [...batch]).map((sent) => (sent.type === "F" ? sent.value.path : sent.type));
}

/** The message of the error that ended the run. */
async function errorOf(h: Harness<never, SysflowBatch>): Promise<string> {
  return (await h.finished()).error?.message.replaceAll(folder, "DIR") ?? "";
}

describe("a file", () => {
  it("is read from beginning to end", async () => {
    await using h = await run(await write("one.sf", ["/a", "/b", "/c"]));
    expect((await h.finished()).state).toBe("finished");
    expect(pathsOf(h)).toEqual(["/a", "/b", "/c"]);
  });

  it("that is not there is an error in the peer's words", async () => {
    await using h = await run(join(folder, "none.sf"));
    expect(await errorOf(h)).toBe("node 'file': stat DIR/none.sf: no such file or directory");
  });

  it("is needed", async () => {
    await using h = await run(undefined);
    expect(await errorOf(h)).toBe("node 'file': the file driver has no path to read");
  });

  it("that is no trace is named", async () => {
    await writeFile(join(folder, "text.sf"), "hello");
    await using h = await run(join(folder, "text.sf"));
    expect(await errorOf(h)).toBe("node 'file': DIR/text.sf: cannot create OCFReader: cannot read OCF header with invalid magic bytes: `hell`");
  });
});

describe("a folder", () => {
  it("is read file by file, in the byte order of their names, as one stream", async () => {
    for (const name of ["b.sf", "a.sf", "B.sf", "\u00e9.sf"]) await write(`many/${name}`, [`/${name}/1`, `/${name}/2`]);
    await using h = await run(join(folder, "many"));
    expect((await h.finished()).done.records).toBe(8);
    expect(pathsOf(h).filter((path) => path.endsWith("1"))).toEqual(["/B.sf/1", "/a.sf/1", "/b.sf/1", "/\u00e9.sf/1"]);
    const places = h.deliveries.map(({ origin }) => origin?.place ?? 0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(h.deliveries.map(({ origin }) => origin?.stream)).size).toBe(1);
  });

  it("without a file, with a folder or with something that is no trace is an error that names it", async () => {
    await mkdir(join(folder, "empty"));
    await using empty = await run(join(folder, "empty"));
    expect(await errorOf(empty)).toBe("node 'file': No files present in directory: DIR/empty");
    await write("nested/a.sf", ["/a"]);
    await mkdir(join(folder, "nested/b"));
    await using nested = await run(join(folder, "nested"));
    expect(await errorOf(nested)).toBe(
      "node 'file': DIR/nested/b: cannot create OCFReader: cannot read OCF header magic bytes: read DIR/nested/b: is a directory",
    );
    expect(pathsOf(nested)).toEqual(["/a"]);
  });
});

describe("a damaged file", () => {
  const paths = Array.from({ length: 40 }, (_, i) => `/path/${i}`);
  /** Puts nonsense into the last block but one. */
  const damage = (bytes: Buffer): Uint8Array => {
    const marker = Buffer.alloc(16, 9);
    const at = bytes.lastIndexOf(marker, bytes.length - 17) - 8;
    return bytes.fill(0xff, at, at + 8);
  };

  it("ends the run where the damage is, after everything before it", async () => {
    await using h = await run(await write("bad.sf", paths, damage));
    const error = await errorOf(h);
    expect(error).toMatch(/^node 'file': DIR\/bad\.sf: block \d+ at byte \d+: it can't be inflated: .*\(\d+ records are lost\)$/);
    expect(pathsOf(h).length).toBeGreaterThan(0);
    expect(pathsOf(h)).toEqual(paths.slice(0, pathsOf(h).length));
  });

  it("is read on behind the damage, if asked, with a warning and a count", async () => {
    await using h = await run(await write("skipped.sf", paths, damage), { "on-corrupt": "skip" });
    expect((await h.finished()).state).toBe("finished");
    const read = pathsOf(h);
    expect(read[0]).toBe("/path/0");
    expect(read.at(-1)).toBe("/path/39");
    expect(read.length).toBeLessThan(40);
    expect(h.log("warn")).toHaveLength(1);
    expect(h.metric("trace_damages")).toBe(1);
    expect(h.metric("trace_records_lost")).toBe(40 - read.length);
  });

  it("needs a word that is known", async () => {
    await expect(run("x.sf", { "on-corrupt": "maybe" })).rejects.toThrow(/on-corrupt/);
  });
});

describe("a long trace", () => {
  const paths = Array.from({ length: 20_000 }, (_, i) => `/a/longer/path/to/some/file/${i}`);

  it("is as it was for those who keep what was sent, though memory is used again", async () => {
    await using h = await run(await write("long.sf", paths));
    expect((await h.finished()).state).toBe("finished");
    expect(h.sent.length).toBeGreaterThan(4);
    expect(pathsOf(h)).toEqual(paths);
  });

  it("is not read ahead without bound while nobody takes it", async () => {
    const h = await harness<never, SysflowBatch>(plugin, {
      options: { path: await write("long.sf", paths) },
      clock: "system",
      downstream: "blocked",
      bounds: { records: 5000 },
      credit: { records: 10_000 },
    });
    await h.quiet();
    expect(h.stats.out.records).toBeLessThan(15_000);
    h.unblock();
    expect((await h.finished()).done.records).toBe(20_000);
    await h.close();
  });

  it("is left where it is when the run drains", async () => {
    const h = await harness<never, SysflowBatch>(plugin, {
      options: { path: await write("long.sf", paths) },
      clock: "system",
      downstream: "blocked",
      credit: { records: 8000 },
    });
    await h.quiet();
    h.drain();
    h.unblock();
    const result = await h.finished();
    expect(result.state).toBe("drained");
    expect(result.done.records).toBeLessThan(20_000);
    await h.close();
  });
});
