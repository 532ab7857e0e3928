import { isMillraceError } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MetricsRegistry, prometheusText } from "../../src/index.ts";

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isMillraceError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}

describe("MetricsRegistry", () => {
  it("keeps counters and gauges of each instance apart", () => {
    const registry = new MetricsRegistry();
    const lines = registry.of("in.0").counter("lines_total", "Lines read");
    lines.add(2);
    lines.add(0.5);
    registry.of("in.1").counter("lines_total", "Lines read").add(1);
    const depth = registry.of("in.0").gauge("depth", "How deep", "queue");
    depth.set(5, "a");
    depth.add(-2, "a");
    depth.add(1, "b");
    expect(registry.snapshot()).toEqual([
      {
        name: "lines_total",
        type: "counter",
        description: "Lines read",
        samples: [
          { labels: { instance: "in.0" }, value: 2.5 },
          { labels: { instance: "in.1" }, value: 1 },
        ],
      },
      {
        name: "depth",
        type: "gauge",
        description: "How deep",
        samples: [
          { labels: { instance: "in.0", queue: "a" }, value: 3 },
          { labels: { instance: "in.0", queue: "b" }, value: 1 },
        ],
      },
    ]);
  });

  it("gives the same metric for the same declaration", () => {
    const metrics = new MetricsRegistry().of("x");
    expect(metrics.counter("a", "A", "l")).toBe(metrics.counter("a", "other words", "l"));
  });

  it("refuses what would make wrong numbers", () => {
    const registry = new MetricsRegistry();
    const metrics = registry.of("x");
    const counter = metrics.counter("a", "A");
    const labelled = metrics.counter("b", "B", "k", "l");
    expect(
      [
        codeOf(() => counter.add(-1)),
        codeOf(() => counter.add(Number.NaN)),
        codeOf(() => counter.add("1" as never)),
        codeOf(() => metrics.gauge("g", "G").set(1n as never)),
        codeOf(() => counter.add(1, "v")),
        codeOf(() => labelled.add(1, "v")),
        codeOf(() => labelled.add(1)),
        codeOf(() => metrics.counter("a", "A", "l")),
        codeOf(() => metrics.gauge("a", "A")),
        codeOf(() => registry.of("y").gauge("a", "A")),
        codeOf(() => metrics.counter("a b", "")),
        codeOf(() => metrics.counter("c", "", "__l")),
        codeOf(() => metrics.counter("c", "", "instance")),
        codeOf(() => metrics.counter("c", "", "l", "l")),
      ].join("\n"),
    ).toMatchInlineSnapshot(`
      "MILLRACE_METRICS_STEP: metric "a" was given -1; a counter only grows: its step must be a number that is not negative
      MILLRACE_METRICS_STEP: metric "a" was given NaN; a counter only grows: its step must be a number that is not negative
      MILLRACE_METRICS_STEP: metric "a" was given 1; a counter only grows: its step must be a number that is not negative
      MILLRACE_METRICS_STEP: metric "g" was given 1; the value must be a number
      MILLRACE_METRICS_LABELS: metric "a" has no labels, and was given one label value
      MILLRACE_METRICS_LABELS: metric "b" has the labels k, l, and was given one label value
      MILLRACE_METRICS_LABELS: metric "b" has the labels k, l, and was given 0 label values
      MILLRACE_METRICS_REDECLARED: metric "a" is a counter with no labels, and can't be a counter with the labels l
      MILLRACE_METRICS_REDECLARED: metric "a" is a counter with no labels, and can't be a gauge with no labels
      MILLRACE_METRICS_REDECLARED: metric "a" is a counter of "x", and can't be a gauge of "y"
      MILLRACE_METRICS_NAME: "a b" can't be the name of a metric
      MILLRACE_METRICS_NAME: "__l" can't be the name of a label
      MILLRACE_METRICS_NAME: "instance" can't be the name of a label
      MILLRACE_METRICS_NAME: "l" can't be the name of a label"
    `);
    expect(registry.snapshot().map(({ name }) => name)).toEqual(["a", "b", "g"]);
  });

  it("never mixes up label values", () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: fc.constantFrom("a", ":", "1", "\0", "") }), fc.string({ unit: fc.constantFrom("a", ":", "1") })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(pairs, (added) => {
        const registry = new MetricsRegistry();
        const counter = registry.of("x").counter("c", "C", "k", "l");
        for (const [k, l] of added) counter.add(1, k, l);
        const samples = registry.snapshot()[0]?.samples ?? [];
        expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(added.length);
        for (const { labels, value } of samples) expect(value).toBe(added.filter(([k, l]) => k === labels.k && l === labels.l).length);
      }),
    );
  });
});

describe("prometheusText", () => {
  it("writes the text format 0.0.4", () => {
    const registry = new MetricsRegistry();
    registry.of("out.0").counter("sent_total", 'Sent \\ with\nbreaks "as is"', "to").add(3, 'C:\\x\n"y"');
    registry.of("out.1").counter("sent_total", "Sent", "to").add(1e21, "z");
    registry.of("out.0").gauge("idle", "").set(Number.NEGATIVE_INFINITY);
    registry.of("out.0").counter("never", "Not touched yet", "l");
    registry.addCollector(() => [{ name: "depth", type: "gauge", description: "Depth", samples: [{ labels: {}, value: Number.NaN }] }]);
    expect(prometheusText(registry.snapshot())).toMatchInlineSnapshot(`
      "# HELP sent_total Sent \\\\ with\\nbreaks "as is"
      # TYPE sent_total counter
      sent_total{instance="out.0",to="C:\\\\x\\n\\"y\\""} 3
      sent_total{instance="out.1",to="z"} 1e+21
      # TYPE idle gauge
      idle{instance="out.0"} -Inf
      # HELP depth Depth
      # TYPE depth gauge
      depth NaN
      "
    `);
  });

  it("adds instances up, if asked not to tell them", () => {
    const registry = new MetricsRegistry();
    registry.of("a").counter("n", "N", "l").add(1, "x");
    registry.of("b").counter("n", "N", "l").add(2, "x");
    registry.of("b").counter("n", "N", "l").add(5, "y");
    expect(prometheusText(registry.snapshot(), { instances: false })).toBe('# HELP n N\n# TYPE n counter\nn{l="x"} 3\nn{l="y"} 5\n');
  });

  it("can be read back, whatever the label values are", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\\", "\n", '"', "n", "{", "}", " ", "é") }), (value) => {
        const registry = new MetricsRegistry();
        registry.of("i").gauge("g", "", "l").set(7, value);
        const line = prometheusText(registry.snapshot()).split("\n")[1] as string;
        const written = /^g\{instance="i",l="(.*)"\} 7$/.exec(line)?.[1] as string;
        expect(written.replace(/\\(.)/g, (_all, code: string) => (code === "n" ? "\n" : code))).toBe(value);
      }),
    );
  });
});
