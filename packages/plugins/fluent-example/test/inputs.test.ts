import type { RecordBatch } from "@millrace/api/fluent";
import { harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { gdummy, goTestInputPlugin } from "../src/index.ts";

describe("go-test-input-plugin", () => {
  it("says hello each second, with its key", async () => {
    await using h = await harness<never, RecordBatch>(goTestInputPlugin, {
      options: { foo: "bar" },
      style: { caseless: true, textual: true },
      instance: { tag: "test-input" },
    });
    await h.advance(3000);
    expect(h.sent.flatMap((batch) => [...batch])).toEqual(
      [1, 2, 3].map((second) => ({
        tag: "test-input",
        time: { seconds: 1_577_836_800 + second, nanoseconds: 0 },
        metadata: {},
        record: { message: "hello from go-test-input-plugin", foo: "bar" },
      })),
    );
    expect(h.log("info")).toEqual(new Array(3).fill("[go-test-input-plugin] operation succeeded"));
    expect(h.metric("fluentbit_plugin_collect_total", "go-test-input-plugin")).toBe(3);
    expect((await h.stop()).state).toBe("drained");
  });

  it("runs twice side by side, each with its own key, and without one", async () => {
    await using one = await harness<never, RecordBatch>(goTestInputPlugin, { options: { FOO: "one" } });
    await using two = await harness<never, RecordBatch>(goTestInputPlugin);
    await one.advance(1000);
    await two.advance(1000);
    expect([...(one.sent[0] as RecordBatch)][0]).toMatchObject({ tag: "go-test-input-plugin", record: { foo: "one" } });
    expect([...(two.sent[0] as RecordBatch)][0]).toMatchObject({ record: { foo: "" } });
  });

  it("waits while what comes after it is full", async () => {
    await using h = await harness<never, RecordBatch>(goTestInputPlugin, { downstream: "blocked", bounds: { records: 2 } });
    await h.advance(20_000);
    expect(h.metric("fluentbit_plugin_collect_total", "go-test-input-plugin")).toBeLessThan(6);
    h.unblock();
    await h.advance(20_000);
    expect(h.metric("fluentbit_plugin_collect_total", "go-test-input-plugin")).toBeGreaterThan(20);
  });
});

describe("gdummy", () => {
  it("makes a record each second", async () => {
    await using h = await harness<never, RecordBatch>(gdummy, { instance: { tag: "gd" } });
    await h.advance(2000);
    expect(h.sent.flatMap((batch) => [...batch]).map(({ tag, record }) => [tag, record])).toEqual([
      ["gd", { message: "dummy" }],
      ["gd", { message: "dummy" }],
    ]);
    expect(h.metric("fluentbit_plugin_operation_succeeded_total", "gdummy")).toBe(2);
    expect(h.log("debug")).toEqual(["[gdummy] operation succeeded", "[gdummy] operation succeeded"]);
  });
});
