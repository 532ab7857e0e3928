import { describe, expect, it } from "vitest";
import { runPipeline, type Section } from "./pipeline.ts";

const start = { start_time_sec: "1600000000", start_time_nsec: "987654321", fixed_timestamp: "on" };
const dummy = (options: Section["options"], instance?: Section["instance"]): Section => ({
  plugin: "dummy",
  options: { ...start, samples: "1", ...options },
  ...(instance && { instance }),
});
const print = async (input: Section, options: Section["options"] = {}, service = {}): Promise<string> =>
  (await runPipeline({ inputs: [input], outputs: [{ plugin: "stdout", options }], service })).stdout;

describe("dummy to stdout", () => {
  it("prints a line a record, the index beginning again with each flush", async () => {
    expect((await runPipeline({ inputs: [dummy({ samples: "3", copies: "2" })], outputs: [{ plugin: "stdout" }] })).writes).toEqual(
      new Array(3).fill(
        ['[0] dummy.0: [[1600000000.987654321, {}], {"message"=>"dummy"}]\n', '[1] dummy.0: [[1600000000.987654321, {}], {"message"=>"dummy"}]\n'].join(""),
      ),
    );
  });

  it("ticks more often than it flushes, where the rate says so", async () => {
    const { writes } = await runPipeline({ inputs: [dummy({ samples: "2", rate: "2", dummy: '{"a":2.0}' })], outputs: [{ plugin: "stdout" }] });
    expect(writes).toEqual(['[0] dummy.0: [[1600000000.987654321, {}], {"a"=>2.000000}]\n[1] dummy.0: [[1600000000.987654321, {}], {"a"=>2.000000}]\n']);
  });

  it.each([
    [{ format: "json" }, '[{"date":1600000000.987654,"message":"dummy"}]\n'],
    [{ format: "JSON_Lines", json_date_key: "ts", json_date_format: "iso8601" }, '{"ts":"2020-09-13T12:26:40.987654Z","message":"dummy"}\n'],
    [{ format: "json_stream", json_date_key: "false" }, '{"message":"dummy"}\n'],
    [{ format: "json_lines", json_date_format: "epoch_ms" }, '{"date":1600000000987,"message":"dummy"}\n'],
  ])("%j", async (options, expected) => expect(await print(dummy({}), options)).toBe(expected));

  it("takes the style of JSON from the service", async () => {
    const input = dummy({ dummy: '{"t":"é","f":1e999}' });
    const options = { format: "json_lines", json_date_key: "false" };
    expect(await print(input, options)).toBe('{"t":"\\u00e9","f":inf}\n');
    expect(await print(input, options, { "json.escape_unicode": "off", "json.convert_nan_to_null": true })).toBe('{"t":"é","f":null}\n');
  });

  it("names a format that nobody knows, and takes the default", async () => {
    const { stdout, lines } = await runPipeline({ inputs: [dummy({})], outputs: [{ plugin: "stdout", options: { format: "xml", json_date_format: "iso" } }] });
    expect(stdout).toBe('[0] dummy.0: [[1600000000.987654321, {}], {"message"=>"dummy"}]\n');
    expect(lines.filter((line) => line.startsWith("[error]"))).toEqual([
      "[error] [stdout.0] unrecognized format 'xml', using 'msgpack'; there are msgpack, json, json_lines, json_stream",
      "[error] [stdout.0] unrecognized json_date_format 'iso', using 'double'; there are double, iso8601, epoch, epoch_ms, java_sql_timestamp",
    ]);
  });

  it("refuses otlp_json, which is not there yet", async () => {
    await expect(print(dummy({}), { format: "otlp_json" })).rejects.toThrow(
      "the format otlp_json is not supported yet; there are msgpack, json, json_lines, json_stream",
    );
  });

  it("keeps tags apart, and outputs to what they match", async () => {
    const { stdout } = await runPipeline({
      inputs: [dummy({ dummy: '{"n":1}' }, { tag: "app.one" }), dummy({ dummy: '{"n":2}' }), dummy({ dummy: '{"n":3}' }, { tag: "app.two" })],
      outputs: [
        { plugin: "stdout", match: { match: "app.*" } },
        { plugin: "stdout", options: { format: "json_lines", json_date_key: "false" }, match: { regex: "(?i)^DUM" } },
      ],
    });
    expect(stdout.split("\n").toSorted()).toEqual([
      "",
      '[0] app.one: [[1600000000.987654321, {}], {"n"=>1}]',
      '[0] app.two: [[1600000000.987654321, {}], {"n"=>3}]',
      '{"n":2}',
    ]);
  });
});

describe("dummy", () => {
  it("goes on from its start time as the clock does, unless it is fixed", async () => {
    const { writes } = await runPipeline({ inputs: [dummy({ samples: "3", fixed_timestamp: "off" })], outputs: [{ plugin: "stdout" }] });
    expect(writes.map((line) => /\[\[([\d.]+)/.exec(line)?.[1])).toEqual(["1600000001.987654321", "1600000002.987654321", "1600000003.987654321"]);
  });

  it("takes the clock's time, without a start time", async () => {
    const { stdout } = await runPipeline({ inputs: [{ plugin: "dummy", options: { samples: 1, metadata: '{"m":1}' } }], outputs: [{ plugin: "stdout" }] });
    expect(stdout).toBe('[0] dummy.0: [[1577836801.000000000, {"m"=>1}], {"message"=>"dummy"}]\n');
  });

  it("ticks by its interval, or by its rate, and at once if asked to", async () => {
    const counts = async (options: Record<string, string>): Promise<number> =>
      (await runPipeline({ inputs: [{ plugin: "dummy", options }], outputs: [{ plugin: "stdout" }], ms: 10_000 })).stdout.split("\n").length - 1;
    expect(await counts({})).toBe(10);
    expect(await counts({ interval_sec: "3" })).toBe(3);
    expect(await counts({ interval_sec: "3", flush_on_startup: "on" })).toBe(4);
    expect(await counts({ interval_nsec: "250000000" })).toBe(41);
    expect(await counts({ rate: "10", copies: "3" })).toBe(303);
    expect(Math.abs((await counts({ rate: "1000" })) - 10_000)).toBeLessThanOrEqual(1);
  });

  it("counts a number that is none as 0, and says so", async () => {
    const { stdout, lines } = await runPipeline({ inputs: [dummy({ rate: "abc", copies: "2x" })], outputs: [{ plugin: "stdout" }] });
    expect(stdout.split("\n")).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith("[warn]"))).toEqual([
      "[warn] [dummy.0] rate 'abc' is no number: it counts as 0",
      "[warn] [dummy.0] copies '2x' is no number: it counts as 2",
    ]);
  });

  it("refuses JSON that is none, and says where", async () => {
    await expect(print(dummy({ dummy: "{bad", metadata: "[1" }))).rejects.toThrowErrorMatchingInlineSnapshot(`
      [Error: option "dummy" of input "dummy": bad JSON at 1:2: expected a key or '}', found "b"
      option "metadata" of input "dummy": bad JSON at 1:3: expected ',' or ']', found the end of the text]
    `);
  });

  it("sets aside JSON that is no object", async () => {
    const { stdout, lines } = await runPipeline({ inputs: [dummy({ dummy: '[{"a":1}]' })], outputs: [{ plugin: "stdout" }] });
    expect(stdout).toBe("");
    expect(lines).toContain("[warn] [dummy.0] dummy is JSON, but no object: what it makes is no record, and is set aside");
  });
});

describe("counter and null", () => {
  it("counts each flush, and all of them", async () => {
    const { writes, result } = await runPipeline({ inputs: [dummy({ samples: "2", copies: "5000" })], outputs: [{ plugin: "counter" }, { plugin: "null" }] });
    expect(writes).toEqual([
      '{"ts":1577836802.000000,"serialized_events":5000,"log_records":5000,"total":5000}\n',
      '{"ts":1577836803.000000,"serialized_events":5000,"log_records":5000,"total":10000}\n',
    ]);
    expect(result.state).toBe("drained");
  });
});
