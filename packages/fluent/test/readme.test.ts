import { expect, it } from "vitest";
import { batchOfBytes, formatBatch, jsonToMsgpack, Writer, writeEncodedEntry } from "../src/index.ts";

it("the example of the README is true", () => {
  const writer = new Writer();
  writeEncodedEntry(writer, { seconds: 1_700_000_000, nanoseconds: 5 }, jsonToMsgpack("{}"), jsonToMsgpack('{"load":2.0}'));
  const { batch, bad } = batchOfBytes("host", "cpu.0", writer.finish());
  if (batch === undefined) throw new Error("there is a batch");
  expect(bad).toEqual([]);
  expect([...batch]).toMatchObject([{ tag: "host", time: { seconds: 1_700_000_000, nanoseconds: 5 }, record: { load: 2 }, metadata: {} }]);
  const { text } = formatBatch(batch, "msgpack", { dateKey: "date", dateFormat: "double" });
  expect(Buffer.from(text).toString()).toBe('[0] host: [[1700000000.000000005, {}], {"load"=>2.000000}]\n');
});
