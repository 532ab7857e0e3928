import { describe, expect, it } from "vitest";
import { plan } from "../../src/index.ts";
import { findings, pipeline, shown, testPlugin, testRegistry } from "./fixtures.ts";

describe("plan", () => {
  it("makes a graph, sources first", async () => {
    const spec = pipeline(`
      out = node/sink
      mid = node/pass
      in = driver/source
      mid -> out
      in -> mid
    `);
    const { graph, diagnostics } = await plan(spec, testRegistry());
    expect(diagnostics).toEqual([]);
    expect(shown({ graph: graph as never, diagnostics })).toMatchInlineSnapshot(`
      "in = driver/source {}
      mid = node/pass {}
      out = node/sink {}
      mid -a-> out
      in -a-> mid"
    `);
    expect(graph?.edges[0]?.bounds).toEqual({ records: 16_384, bytes: 4_194_304 });
  });

  it("reports everything at once", async () => {
    const spec = pipeline(
      `
      in = driver/sorce
      mid = node/pass {"options":{"x":1}}
      mid = node/pass
      end = driver/sink
      alone = node/sink
      in -> mid
      mid -> edn
      end -> mid
    `,
      { service: { graceMs: -5, healthMs: Number.NaN } },
    );
    expect(await findings(spec, testRegistry())).toMatchInlineSnapshot(`
      "test.pipeline:2:7: error MILLRACE_REGISTRY_NOT_FOUND: no driver is called "sorce"
                in = driver/sorce
                ^~~~~~~~~~~~~~~~~
        hint: did you mean "source"?
              looked for in the built-in plugins
      test.pipeline:3:35: error MILLRACE_PLAN_OPTION_UNKNOWN: node "pass" has no option "x"
                mid = node/pass {"options":{"x":1}}
                                            ^~~
        hint: it has no options
      test.pipeline:4:7: error MILLRACE_PLAN_ID: two nodes are called "mid"
                mid = node/pass
                ^~~~~~~~~~~~~~~
        hint: the first one is at test.pipeline:3:7
      test.pipeline:5:7: error MILLRACE_REGISTRY_NOT_FOUND: no driver is called "sink"
                end = driver/sink
                ^~~~~~~~~~~~~~~~~
        hint: "sink" is a node
              looked for in the built-in plugins
      test.pipeline:6:7: error MILLRACE_PLAN_NO_INPUT: "alone" has no input: it reads anything, and no edge leads to it
                alone = node/sink
                ^~~~~~~~~~~~~~~~~
      test.pipeline:8:7: error MILLRACE_PLAN_EDGE: an edge leads to "edn", and no node has that name
                mid -> edn
                ^~~~~~~~~~
        hint: did you mean "end"?
      error MILLRACE_PLAN_SERVICE: the service setting graceMs must be a number of milliseconds, not -5
        hint: 0 ends at once, -1 waits for ever
      error MILLRACE_PLAN_SERVICE: the service setting healthMs must be a number of milliseconds, not NaN
        hint: it is the time that all health checks together may take
      8 errors"
    `);
  });

  it("says what a source and a sink can't have", async () => {
    const spec = pipeline(`
      in = driver/source
      out = node/sink
      in -> out
      out -> in
    `);
    expect(await findings(spec, testRegistry())).toMatchInlineSnapshot(`
      "test.pipeline:5:7: error MILLRACE_PLAN_SINK_OUTPUT: "out" sends nothing, so no edge can lead from it to "in"
                out -> in
                ^~~~~~~~~
      test.pipeline:5:7: error MILLRACE_PLAN_SOURCE_INPUT: "in" is a source, so no edge can lead to it from "out"
                out -> in
                ^~~~~~~~~
      2 errors"
    `);
  });

  it("checks bounds", async () => {
    const spec = pipeline(`
      in = driver/source {"credit":{"records":0}}
      out = node/sink
      in -> out {"bounds":{"records":1.5,"bytes":-1}}
    `);
    expect(await findings(spec, testRegistry())).toMatchInlineSnapshot(`
      "test.pipeline:2:7: error MILLRACE_PLAN_BOUNDS: the credit of "in": records must be a whole number from 1, not 0
                in = driver/source {"credit":{"records":0}}
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:4:7: error MILLRACE_PLAN_BOUNDS: the edge from "in" to "out": records must be a whole number from 1, not 1.5
                in -> out {"bounds":{"records":1.5,"bytes":-1}}
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:4:7: error MILLRACE_PLAN_BOUNDS: the edge from "in" to "out": bytes must be a whole number from 1, not -1
                in -> out {"bounds":{"records":1.5,"bytes":-1}}
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      3 errors"
    `);
  });

  it("warns of loose ends, and of what nothing reaches", async () => {
    const spec = pipeline(`
      in = driver/source
      idle = node/pass {"optionalInput":true}
      out = node/sink
      other = node/both
      idle -> out
      in -> other
    `);
    expect(await findings(spec, testRegistry(testPlugin("both", { in: ["a"], out: ["a"] })))).toMatchInlineSnapshot(`
      "test.pipeline:3:7: warning MILLRACE_PLAN_NO_INPUT: "idle" has no input: it reads anything, and no edge leads to it
                idle = node/pass {"optionalInput":true}
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:4:7: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "out": no source leads to it
                out = node/sink
                ^~~~~~~~~~~~~~~
      test.pipeline:5:7: warning MILLRACE_PLAN_NO_OUTPUT: what "other" sends goes nowhere: no edge leads from it
                other = node/both
                ^~~~~~~~~~~~~~~~~
      3 warnings"
    `);
  });

  it("names experimental plugins, and strict makes errors of all other warnings", async () => {
    const spec = pipeline(`
      in = driver/new
      in2 = driver/source
      out = node/sink
      in -> out
    `);
    const registry = testRegistry(testPlugin("new", { kind: "driver", out: ["a"], stability: "experimental" }));
    const relaxed = await plan(spec, registry);
    expect(relaxed.graph).toBeDefined();
    const strict = await plan(spec, registry, { strict: true });
    expect(strict.graph).toBeUndefined();
    expect(await findings(spec, registry, { strict: true })).toMatchInlineSnapshot(`
      "test.pipeline:2:7: warning MILLRACE_PLAN_EXPERIMENTAL: driver "new" is experimental: it may change without notice
                in = driver/new
                ^~~~~~~~~~~~~~~
      test.pipeline:3:7: error MILLRACE_PLAN_NO_OUTPUT: what "in2" sends goes nowhere: no edge leads from it
                in2 = driver/source
                ^~~~~~~~~~~~~~~~~~~
      1 error, 1 warning"
    `);
  });

  it("accepts an empty pipeline, with a warning", async () => {
    const { graph, diagnostics } = await plan(pipeline(""), testRegistry());
    expect(graph).toEqual({ nodes: [], edges: [], service: {} });
    expect(diagnostics.map(({ code }) => code)).toEqual(["MILLRACE_PLAN_EMPTY"]);
  });

  it("warns of an edge that is there twice", async () => {
    const spec = pipeline(`
      in = driver/source
      out = node/sink
      in -> out
      in -> out
      in -> out {"port":"other"}
    `);
    expect(await findings(spec, testRegistry())).toMatchInlineSnapshot(`
      "test.pipeline:5:7: warning MILLRACE_PLAN_EDGE_TWICE: "in" leads to "out" twice: everything arrives twice
                in -> out
                ^~~~~~~~~
        hint: the first edge is at test.pipeline:4:7
      1 warning"
    `);
  });
});
