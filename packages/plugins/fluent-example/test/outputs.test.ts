import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fluentExt, fluentFloat } from "@millrace/api/fluent";
import { harness, records } from "@millrace/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { goText, goTime } from "../src/go-text.ts";
import { goTestOutputPlugin, gstdout, multiinstance } from "../src/index.ts";

let printed = "";

beforeEach(() => {
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation(((text: string, done: () => void) => {
    printed += text;
    done();
    return true;
  }) as typeof process.stdout.write);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("go-test-output-plugin", () => {
  it("appends a line for each record", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-example-"));
    const path = join(folder, "output.txt");
    const h = await harness(goTestOutputPlugin, {
      options: { path },
      input: [records("test-input", { message: "hello", foo: "bar" }, { n: 1 }), records("other", { ok: true })],
    });
    expect((await h.finished()).state).toBe("finished");
    expect(await readFile(path, "utf8")).toBe(
      [
        'message="got record" tag=test-input time=2020-09-13T12:26:40Z record=map[foo:bar message:hello]',
        'message="got record" tag=test-input time=2020-09-13T12:26:41Z record=map[n:1]',
        'message="got record" tag=other time=2020-09-13T12:26:40Z record=map[ok:true]',
        "",
      ].join("\n"),
    );
    expect(h.log("info")).toEqual(["[go-test-output-plugin] operation proceeded", "[go-test-output-plugin] operation proceeded"]);
    expect(h.metric("fluentbit_plugin_flush_total", "go-test-output-plugin")).toBe(2);
    await rm(folder, { recursive: true });
  });

  it("does not start where the file can't be opened", async () => {
    await expect(harness(goTestOutputPlugin, { options: { path: "/nowhere/at/all" } })).rejects.toThrow(/could not be opened: ENOENT/);
  });
});

describe("gstdout", () => {
  it("prints its parameter, then records", async () => {
    await (await harness(gstdout, { options: { param: "hello" }, input: [records("d", { message: "dummy", n: 1 }, {})] })).finished();
    expect(printed).toBe(
      '[flb-go] plugin parameter = \'hello\'\n[0] d: [2020-09-13 12:26:40 +0000 UTC, {"message": dummy, "n": 1, }\n[1] d: [2020-09-13 12:26:41 +0000 UTC, {}\n',
    );
  });
});

describe("multiinstance", () => {
  it("has an id for each instance", async () => {
    const cpu = await harness(multiinstance, { options: { id: "cpu_metrics" }, input: records("cpu.local", { value: 5 }) });
    const dummy = await harness(multiinstance, { options: { id: "dummy_metrics" }, input: records("dummy.local", { message: "dummy" }) });
    await cpu.finished();
    await dummy.finished();
    expect(cpu.log("info")).toEqual(['[multiinstance] id = "cpu_metrics"', "[multiinstance] Flush called for id: cpu_metrics"]);
    expect(dummy.log("info")).toEqual(['[multiinstance] id = "dummy_metrics"', "[multiinstance] Flush called for id: dummy_metrics"]);
    expect(printed.split("\n").toSorted()).toEqual([
      "",
      '[0] cpu.local: [2020-09-13 12:26:40 +0000 UTC, {"value": 5, }',
      '[0] dummy.local: [2020-09-13 12:26:40 +0000 UTC, {"message": dummy, }',
    ]);
  });
});

describe("values as Go prints them", () => {
  it.each([
    [null, "<nil>"],
    [true, "true"],
    [2n ** 60n, "1152921504606846976"],
    ["x y", "x y"],
    [new Uint8Array([1, 255]), "[1 255]"],
    [[1, "a", null], "[1 a <nil>]"],
    [{ b: 1, a: { c: [] } }, "map[a:map[c:[]] b:1]"],
    [fluentFloat(2.5), "2.5"],
    [fluentExt(-1, new Uint8Array([7])), "{-1 [7]}"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
  ])("%s", (value, text) => expect(goText(value)).toBe(text));

  it("times", () => expect(goTime({ seconds: 1_700_000_000, nanoseconds: 120_000_000 })).toBe("2023-11-14 22:13:20.12 +0000 UTC"));
});
