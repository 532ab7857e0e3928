import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SysflowBatch, SysflowEvent } from "@millrace/api/sysflow";
import { bodies, clientServerScene, flat, harness, messages, payloads, podScene, records } from "@millrace/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plugin as sink } from "../appender.mjs";
import { plugin as action } from "../blame.mjs";
import { plugin as handler } from "../connections.mjs";
import { plugin as driver } from "../heartbeat.mjs";
import { plugin as output } from "../json_lines.mjs";
import { plugin as input } from "../memory.mjs";
import { plugin as filter } from "../redact.mjs";
import { plugin as link } from "../sampler.mjs";
import { plugin as processor } from "../tally.mjs";
import { plugin as receiver } from "../ticker.mjs";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-examples-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the plugins of docs/writing-plugins.md", () => {
  it("driver: tells of an event every so often, until it is to end", async () => {
    const h = await harness<never, SysflowBatch>(driver, { options: { every: 100, exe: "/bin/beat" } });
    await h.advance(250);
    await h.stop();
    const told = h.sent.flatMap((batch) => [...batch]);
    expect(told.map(({ type }) => type)).toEqual(["H", "P", "PE", "PE", "PE"]);
    expect(told[1]).toMatchObject({ value: { exe: "/bin/beat" } });
    expect(h.run.state).toBe("drained");
  });

  it("processor: counts, and says at the end what it counted", async () => {
    const h = await harness(processor, {
      options: { top: 2 },
      input: [
        flat({ type: "PE", "sf.proc.exe": "/bin/a" }, { type: "FF", "sf.proc.exe": "/bin/b" }),
        flat(
          { type: "NF", "sf.proc.exe": "/bin/b" },
          { type: "FE", "sf.proc.exe": "/bin/c" },
          { type: "FF", "sf.proc.exe": "/bin/a" },
          { type: "FF", "sf.proc.exe": "/bin/b" },
        ),
      ],
    });
    await h.finished();
    expect(h.log("info")).toEqual(["/bin/b: 3, /bin/a: 2"]);
    expect(h.metric("tally_events", "/bin/b")).toBe(3);
    expect(h.position).toBe(2);
  });

  it("handler: sends a message for each network flow", async () => {
    const h = await harness(handler, { input: clientServerScene().batch() });
    await h.finished();
    expect(h.sent.flatMap((batch) => payloads(batch))).toEqual(["./client 127.0.0.1:40556 127.0.0.1:8080", "./server 127.0.0.1:40556 127.0.0.1:8080"]);
  });

  it("handler: knows the container", async () => {
    const h = await harness(handler, { input: podScene().batch() });
    await h.finished();
    expect(h.sent.flatMap((batch) => ("messages" in batch ? (batch.messages as { meta: unknown }[]) : [])).map(({ meta }) => meta)).toEqual(
      Array(3).fill({ container: "web" }),
    );
  });

  it("action: tags the event", async () => {
    const h = await harness(action, { options: { prefix: "by:" }, input: flat({ type: "PE", "sf.proc.user": "dev" }) });
    await h.finished();
    expect(h.sent.flatMap((batch) => [...(batch as unknown as Iterable<SysflowEvent>)]).map(({ tags }) => tags)).toEqual([["by:dev"]]);
  });

  it("receiver: sends, and says what failed", async () => {
    const h = await harness(receiver, { options: { every: 100 }, downstream: "manual" });
    await h.advance(250);
    const first = await h.next();
    expect(payloads(first.data)).toEqual(["tick 1"]);
    first.refuse("throttled");
    (await h.next()).done();
    expect((await h.stop()).state).toBe("drained");
    expect(h.log("warn")).toEqual(["tick 1: throttled"]);
  });

  it("link: passes one in so many", async () => {
    const h = await harness(link, { options: { oneIn: 3 }, downstream: (delivery) => delivery.refuse("unroutable") });
    const fed = h.feed(messages("a", "b", "c", "d"));
    expect((await fed.settled()).statuses).toEqual(["unroutable", "done", "done", "unroutable"]);
    expect(h.sent.flatMap((batch) => payloads(batch))).toEqual(["a", "d"]);
    await h.close();
  });

  it("sink: writes, then answers", async () => {
    const path = join(folder, "messages.txt");
    const h = await harness(sink, { options: { path }, clock: "system" });
    expect((await h.feed(messages("one", "two")).settled()).statuses).toEqual(["done", "done"]);
    expect((await readFile(path, "utf8")).split("\n").sort()).toEqual(["", "one", "two"]);
    await h.stop();
  });

  it("input: tells every so often", async () => {
    const h = await harness(input, { options: { interval_ms: "500" }, instance: { tag: "mem" } });
    await h.advance(1200);
    await h.stop();
    expect(h.sent.flatMap((batch) => bodies(batch)).map((body) => Object.keys(body))).toEqual(Array(3).fill(["rss", "heap_used"]));
    expect(h.metric("fluentbit_plugin_memory_told_total")).toBe(3);
  });

  it("filter: hides what is secret, and drops what holds nothing else", async () => {
    const h = await harness(filter, {
      options: { keys: "password, token" },
      instance: { match: "app" },
      input: records("app", { user: "a", password: "b" }, { token: "c" }, { user: "d" }),
    });
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([{ user: "a", password: "***" }, { user: "d" }]);
  });

  it("output: writes lines, sets aside what is no JSON, and asks again for what could not be written", async () => {
    const path = join(folder, "out.jsonl");
    const h = await harness(output, { options: { path }, clock: "system", input: records("t", { a: 1 }, { big: 1n }, { b: "x" }) });
    await h.finished();
    expect(await readFile(path, "utf8")).toBe('{"tag":"t","time":1600000000,"a":1}\n{"tag":"t","time":1600000002,"b":"x"}\n');
    expect(h.metric("output_bad_records")).toBe(1);

    const blocked = await harness(output, { options: { path: folder }, instance: { retry_limit: "1" } });
    const fed = blocked.feed(records("t", { a: 1 }));
    await blocked.until("a failed attempt", () => blocked.log("warn").length === 1);
    await blocked.advance(60_000);
    expect((await fed.settled()).outcome.state).toBe("lost");
    await blocked.close();
  });
});
