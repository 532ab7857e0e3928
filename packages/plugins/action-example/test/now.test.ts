import type { EventBatch, FlatBatch } from "@millrace/api/sysflow";
import { flat, harness } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

describe("now", () => {
  it("tags an event with the time at which it was matched, to the nanosecond of the run's clock", async () => {
    const h = await harness<FlatBatch, EventBatch>(plugin);
    h.feed(flat({ type: "PE" }));
    await h.next();
    await h.advance(1500);
    h.feed(flat({ type: "PE" }, { type: "FF" }));
    await h.next();
    await h.close();
    expect(h.sent.map((batch) => Array.from(batch, ({ tags }) => tags))).toEqual([
      [["now_in_nanos:1577836800000000000"]],
      [["now_in_nanos:1577836801500000000"], ["now_in_nanos:1577836801500000000"]],
    ]);
  });
});
