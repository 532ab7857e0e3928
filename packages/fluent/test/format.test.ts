import type { EventTime } from "@millrace/api/fluent";
import { describe, expect, it } from "vitest";
import {
  batchOfBytes,
  DATE_FORMATS,
  type DateFormat,
  type EncodedBatch,
  formatBatch,
  type JsonRecordStyle,
  jsonDate,
  jsonToMsgpack,
  type TextFormat,
  Writer,
  writeEncodedEntry,
} from "../src/index.ts";

const time: EventTime = { seconds: 1_600_000_000, nanoseconds: 987_654_321 };
const peer: JsonRecordStyle = { dateKey: "date", dateFormat: "double", floats: "peer" };

function batch(records: readonly string[], metadata = "{}", chunk?: { id: string; first: number; last: boolean }): EncodedBatch {
  const writer = new Writer();
  for (const record of records) writeEncodedEntry(writer, time, jsonToMsgpack(metadata), jsonToMsgpack(record));
  return batchOfBytes("app.log", "dummy.0", writer.finish(), { chunk }).batch as EncodedBatch;
}

const text = (data: EncodedBatch, format: TextFormat, style: JsonRecordStyle = peer): string =>
  Buffer.from(formatBatch(data, format, style).text).toString("utf8");

describe("the text of a chunk", () => {
  const record =
    '{"t":"ü\\"q\\\\\\n/","int":7,"neg":-7,"half":0.5,"two":2.0,"u64":18446744073709551615,"huge":1e22,"yes":true,"none":null,"list":[1,"x",{}],"deep":{"a":{"b":[]}},"":""}';

  it("msgpack: texts raw, floats in full", () => {
    expect(text(batch([record]), "msgpack")).toBe(
      '[0] app.log: [[1600000000.987654321, {}], {"t"=>"ü"q\\\n/", "int"=>7, "neg"=>-7, "half"=>0.500000, "two"=>2.000000, "u64"=>18446744073709551615, ' +
        '"huge"=>10000000000000000000000.000000, "yes"=>true, "none"=>nil, "list"=>[1, "x", {}], "deep"=>{"a"=>{"b"=>[]}}, ""=>""}]\n',
    );
  });

  it("json_lines: the date first, everything beyond ASCII escaped", () => {
    expect(text(batch([record]), "json_lines")).toBe(
      '{"date":1600000000.987654,"t":"\\u00fc\\"q\\\\\\n/","int":7,"neg":-7,"half":0.5,"two":2.0,"u64":18446744073709551615,' +
        '"huge":1e+22,"yes":true,"none":null,"list":[1,"x",{}],"deep":{"a":{"b":[]}},"":""}\n',
    );
  });

  it("metadata stands in the head, or after the date", () => {
    expect(text(batch(['{"a":1}'], '{"m":2.0}'), "msgpack")).toBe('[0] app.log: [[1600000000.987654321, {"m"=>2.000000}], {"a"=>1}]\n');
    expect(text(batch(['{"a":1}'], '{"m":2.0}'), "json_lines")).toBe('{"date":1600000000.987654,"__internal__":{"log_metadata":{"m":2.0}},"a":1}\n');
    expect(text(batch(["{}"], '{"m":1}'), "json_lines", { ...peer, dateKey: undefined })).toBe('{"__internal__":{"log_metadata":{"m":1}}}\n');
    expect(text(batch(["{}"]), "json_lines", { ...peer, dateKey: undefined })).toBe("{}\n");
  });

  it.each<[TextFormat, string]>([
    ["json", '[{"a":1},{"a":2},{"a":3}]\n'],
    ["json_stream", '{"a":1}{"a":2}{"a":3}\n'],
    ["json_lines", '{"a":1}\n{"a":2}\n{"a":3}\n'],
    [
      "msgpack",
      '[0] app.log: [[1600000000.987654321, {}], {"a"=>1}]\n[1] app.log: [[1600000000.987654321, {}], {"a"=>2}]\n[2] app.log: [[1600000000.987654321, {}], {"a"=>3}]\n',
    ],
  ])("%s of several records, whole or in parts, is the same", (format, expected) => {
    const records = ['{"a":1}', '{"a":2}', '{"a":3}'];
    const style = { ...peer, dateKey: undefined };
    expect(text(batch(records), format, style)).toBe(expected);
    const chunk = batch(records, "{}", { id: "c", first: 0, last: true });
    expect([...chunk.parts(1, 1e6)].map((part) => text(part, format, style)).join("")).toBe(expected);
  });

  it("prints what is no JSON: keys of any type, binary, extension values", () => {
    const bytes = Buffer.from("92 00 84 01 c402220a a165 d4ff41 c3 ca40200000 90 c0".replaceAll(" ", ""), "hex");
    expect(text(batchOfBytes("t", "in.0", bytes).batch as EncodedBatch, "msgpack")).toBe(
      '[0] t: [[0.000000000, {}], {1=>"\\"\\x0a", "e"=>(ext: -1)"A", true=>2.500000, []=>nil}]\n',
    );
    expect(text(batchOfBytes("t", "in.0", bytes).batch as EncodedBatch, "json_lines", { ...peer, dateKey: undefined })).toBe(
      '{"1":"\\"\\n","e":"41","true":2.5,"[]":null}\n',
    );
  });

  it("passes on bytes that are no UTF-8 as they are", () => {
    const bytes = Buffer.from("92 00 81 a161 a2ff80".replaceAll(" ", ""), "hex");
    const data = batchOfBytes("t", "in.0", bytes).batch as EncodedBatch;
    expect(Buffer.from(formatBatch(data, "msgpack", peer).text).toString("latin1")).toBe('[0] t: [[0.000000000, {}], {"a"=>"\u00ff\u0080"}]\n');
    expect(text(data, "json_lines", { ...peer, dateKey: undefined })).toBe('{"a":"\\ufffd\\ufffd"}\n');
  });
});

describe("a date in JSON", () => {
  it.each<[DateFormat, string]>([
    ["double", "1600000000.987654"],
    ["iso8601", '"2020-09-13T12:26:40.987654Z"'],
    ["epoch", "1600000000"],
    ["epoch_ms", "1600000000987"],
    ["java_sql_timestamp", '"2020-09-13 12:26:40.987654"'],
  ])("%s", (format, expected) => expect(jsonDate(time, format)).toBe(expected));

  it("has every format in its list, the default first", () => {
    expect(DATE_FORMATS).toHaveLength(5);
    expect(jsonDate({ seconds: 1_600_000_000, nanoseconds: 0 }, DATE_FORMATS[0] as DateFormat)).toBe("1600000000.0");
    expect(jsonDate({ seconds: 2 ** 32 - 1, nanoseconds: 0 }, "iso8601")).toBe('"2106-02-07T06:28:15.000000Z"');
  });
});
