import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageBatch } from "@millrace/api/flow";
import { type Harness, harness, message, messages, payloads } from "@millrace/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { coreSink, dumper, mux, nullSink } from "../src/index.ts";

let folder = "";
let h: Harness<MessageBatch> | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flow-"));
});
afterEach(async () => {
  await h?.close();
  h = undefined;
  await rm(folder, { recursive: true });
});

describe("core.sink", () => {
  it("writes bodies and CR LF, and appends", async () => {
    const path = join(folder, "out");
    await writeFile(path, "before\r\n");
    h = await harness(coreSink, { options: { bind: `file://${path}` }, clock: "system" });
    const fed = h.feed(messages("a", "", new Uint8Array([0xff, 0])));
    expect((await fed.settled()).statuses).toEqual(["done", "done", "done"]);
    expect(await readFile(path, "latin1")).toBe("before\r\na\r\n\r\n\xff\0\r\n");
    expect(h.metric("sink_file_msg_sent")).toBe(3);
  });

  it("writes all that it was given before the run ends", async () => {
    const path = join(folder, "out");
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    const batches = Array.from({ length: 20 }, (_, i) => messages(...lines.slice(i * 1000, (i + 1) * 1000)));
    h = await harness(coreSink, { options: { bind: `file://${path}` }, clock: "system", input: batches });
    expect(await h.finished()).toMatchObject({ state: "finished", done: { records: 20_000 } });
    expect(await readFile(path, "utf8")).toBe(lines.map((line) => `${line}\r\n`).join(""));
  });

  it("is /dev/null where it is told", async () => {
    h = await harness(coreSink, { options: { bind: "file:///dev/null" }, clock: "system" });
    expect((await h.feed(messages("a")).settled()).statuses).toEqual(["done"]);
  });

  it.skipIf(process.platform !== "linux")("answers `failed` where the disk is full, says so once, and goes on", async () => {
    h = await harness(coreSink, { name: "dumper", options: { bind: "file:///dev/full" }, clock: "system" });
    for (const text of ["a", "b"]) expect((await h.feed(messages(text, text)).settled()).statuses).toEqual(["failed", "failed"]);
    expect(h.log("error")).toEqual(['sink "dumper" can\'t write to /dev/full: ENOSPC: no space left on device, write']);
    expect(h.metric("sink_file_msg_failed")).toBe(4);
  });

  it("does not start where the file can't be opened", async () => {
    const path = join(folder, "no", "out");
    await expect(harness(coreSink, { name: "dumper", options: { bind: `file://${path}` } })).rejects.toThrow(/sink "dumper" can't open .*no\/out: ENOENT/);
  });

  it("says which addresses it knows", async () => {
    const refusals = await Promise.all(
      ["tcp://127.0.0.1:1", "http://127.0.0.1:1", "out.txt", "file://"].map((bind) =>
        harness(coreSink, { options: { bind } }).catch((cause: Error) => cause.message),
      ),
    );
    expect(refusals).toMatchInlineSnapshot(`
      [
        "the plugin can't run so:
      error MILLRACE_PLAN_OPTION: option "bind" of link "core.sink": tcp:// is not supported yet; supported: file://",
        "the plugin can't run so:
      error MILLRACE_PLAN_OPTION: option "bind" of link "core.sink": unrecognised \`bind\` protocol: "http://127.0.0.1:1"; supported: file://",
        "the plugin can't run so:
      error MILLRACE_PLAN_OPTION: option "bind" of link "core.sink": unrecognised \`bind\` protocol: "out.txt"; supported: file://",
        "the plugin can't run so:
      error MILLRACE_PLAN_OPTION: option "bind" of link "core.sink": the address "file://" has no path (write file:///some/path)",
      ]
    `);
  });
});

describe("sink.dumper", () => {
  it("prints to a file that exists", async () => {
    const path = join(folder, "out");
    await writeFile(path, "");
    h = await harness(dumper, { options: { out: path }, clock: "system" });
    await h.feed(messages(message("hello3", { sync: "1", a: "b" }), "")).settled();
    expect(await readFile(path, "utf8")).toBe("Message:\n    meta: map[a:b sync:1]\n    payload: hello3\nMessage:\n    meta: map[]\n    payload: \n");
  });

  it("needs a file that is there", async () => {
    await expect(harness(dumper, { name: "dumper", options: { out: join(folder, "none") } })).rejects.toThrow(/sink "dumper" can't open .*none: ENOENT/);
    await expect(harness(dumper, {})).rejects.toThrow('needs the option "out"');
  });
});

describe("sink.null", () => {
  it("answers done, whatever options it has", async () => {
    h = await harness(nullSink, { options: { x: 1 }, style: { unknown: "warning" } });
    expect((await h.feed(messages("m")).settled()).statuses).toEqual(["done"]);
  });
});

describe("core.mux", () => {
  it("passes messages on, and their answers back", async () => {
    h = await harness(mux, { downstream: (delivery) => delivery.refuse("throttled", { records: [1] }) });
    const fed = h.feed(messages(message("a", { k: "v" }), "b", "c"));
    expect((await fed.settled()).statuses).toEqual(["done", "throttled", "done"]);
    expect(payloads((await h.next()).data)).toEqual(["a", "b", "c"]);
    expect(mux.aliases).toEqual(["link.mux"]);
  });
});
