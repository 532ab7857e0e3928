import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { FlatBatch, SysflowBatch, SysflowRecord } from "@millrace/api/sysflow";
import { readTrace, rowsFrom } from "@millrace/sysflow";
import { harness, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { durationMs, durationText } from "../src/flattener/duration.ts";
import { flattener, reader } from "../src/index.ts";

const shared = process.env["MILLRACE_CONFORMANCE"] ?? join(import.meta.dirname, "../../../../../shared");
const hasConformance = existsSync(join(shared, "traces"));
if (!hasConformance) console.info("left out: the rate limiter on recorded traces (MILLRACE_CONFORMANCE names their folder)");

const told = scenario()
  .host("h")
  .process("app", { exe: "/bin/app" })
  .exec()
  .exec()
  .read("/a")
  .read("/a")
  .read("/b")
  .connect("10.0.0.1:1", "10.0.0.2:2")
  .connect("10.0.0.1:9", "10.0.0.2:2").records;
const hosted = (options: Record<string, unknown>) => ({ handler: { plugin: flattener, options: { "filter.enabled": "on", ...options } } });

async function open(options: Record<string, unknown> = {}) {
  return harness<SysflowBatch, FlatBatch>(reader, { hosted: hosted(options) });
}

describe("the rate limiter", () => {
  it("lets the first of those pass that say the same", async () => {
    await using h = await open();
    h.feed(rowsFrom(told));
    h.end();
    await h.finished();
    expect(h.lines.map(({ message }) => message)).toContain("Initialized rate limiter with 24h0m0s time decay");
    expect(h.sent.flatMap((batch) => Array.from(batch, (record) => `${record.type} ${record.text("sf.file.path")}`.trim()))).toEqual([
      "PE",
      "FF /a",
      "FF /b",
      "NF",
    ]);
    expect(h.lines.length).toBeGreaterThan(0);
  });

  it("forgets after a time that begins with the first one", async () => {
    await using h = await open({ "filter.maxage": "10m" });
    const passed = async (): Promise<number> => {
      const before = h.sent.length;
      h.feed(rowsFrom(told.slice(0, 3)));
      await h.quiet();
      return h.sent.slice(before).reduce((sum, { records }) => sum + records, 0);
    };
    expect(await passed()).toBe(1);
    await h.advance(9 * 60_000);
    expect(await passed()).toBe(0);
    await h.advance(61_000);
    expect(await passed()).toBe(1);
  });

  it.each([0, "0", "0s"])("lets everything pass where nothing stands for others: %j", async (age) => {
    await using h = await open({ "filter.maxage": age });
    h.feed(rowsFrom(told));
    h.end();
    await h.finished();
    expect(h.lines.map(({ message }) => message)).toContain("Initialized rate limiter with 0s time decay");
    expect(h.sent.reduce((sum, { records }) => sum + records, 0)).toBe(7);
  });

  it("remembers no more than it may, and forgets the oldest first", async () => {
    await using h = await open({ "filter.maxentries": 2 });
    const read = (path: string): readonly SysflowRecord[] => scenario().host("h").process("app").read(path).records;
    for (const path of ["/1", "/2", "/1", "/3", "/1", "/3"]) h.feed(rowsFrom(read(path)));
    h.end();
    await h.finished();
    expect(h.sent.flatMap((batch) => Array.from(batch, (record) => record.text("sf.file.path")))).toEqual(["/1", "/2", "/3", "/1"]);
  });

  it("never drops a Kubernetes event, and does nothing when it is off", async () => {
    const k8s: SysflowRecord = { type: "KE", value: { kind: "K8S_PODS", action: "K8S_COMPONENT_ADDED", ts: 1n, message: "{}" } };
    await using h = await open();
    h.feed(rowsFrom([k8s, k8s]));
    h.end();
    await h.finished();
    expect(h.sent.map(({ records }) => records)).toEqual([2]);
    await using off = await open({ "filter.enabled": "off" });
    off.feed(rowsFrom(told));
    off.end();
    await off.finished();
    expect(off.sent.map(({ records }) => records)).toEqual([7]);
  });

  it("takes seconds and durations, and refuses anything else", async () => {
    expect([durationMs(90), durationMs("90"), durationMs("10m"), durationMs("1h30m"), durationMs("1.5s")]).toEqual([90_000, 90_000, 600_000, 5_400_000, 1500]);
    expect([durationText(90_000), durationText(86_400_000), durationText(1500), durationText(20)]).toEqual(["1m30s", "24h0m0s", "1.5s", "20ms"]);
    await expect(open({ "filter.maxage": "soon" })).rejects.toThrow(/a number of seconds, or a duration such as 10m or 1h30m|filter\.maxage/);
    await expect(open({ "filter.enabled": "yes" })).rejects.toThrow(/filter\.enabled/);
  });
});

describe.skipIf(!hasConformance)("on a recorded trace", () => {
  const names = hasConformance ? readdirSync(join(shared, "traces")).map((name) => name.replace(/\.sf$/, "")) : [];
  it.each(names)("%s, what passes is what passed in the peer", async (name) => {
    const golden = gunzipSync(readFileSync(join(shared, "golden/sysflow/ratelimit-json", `${name}.jsonl.gz`))).toString();
    const expected = [...golden.matchAll(/"ts":(\d+),"type":"(\w\w)"/g)].map(([, ts, type]) => `${type} ${ts}`);
    const file = openSync(join(shared, "traces", `${name}.sf`), "r");
    const batches: SysflowBatch[] = [];
    for await (const { rows } of readTrace((into) => readSync(file, into, 0, into.length, null), { file: name })) batches.push(rows);
    closeSync(file);
    await using h = await harness<SysflowBatch, FlatBatch>(reader, { hosted: hosted({}), input: batches });
    await h.finished();
    expect(h.sent.flatMap((batch) => Array.from(batch, (record) => `${record.type} ${record.ts}`))).toEqual(expected);
  });
});
