import { defineChannel } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plan, type Registry } from "../../src/index.ts";
import { shapeOf } from "../../src/plan/cycles.ts";
import { channel, findings, pipeline, shown, testPlugin, testRegistry } from "./fixtures.ts";

const plugins = [
  testPlugin("ab", { kind: "driver", out: ["a", "b"] }),
  testPlugin("a-to-b", { in: ["a"], out: ["b"] }),
  testPlugin("a-or-b", { in: ["a", "b"] }),
  testPlugin("only-b", { in: ["b"] }),
  testPlugin("only-c", { in: ["c"] }),
  testPlugin("only-d", { in: ["d"] }),
  testPlugin("d-source", { kind: "input", out: ["d"] }),
  testPlugin("convert-ab", { in: ["a"], out: ["b"] }),
  testPlugin("convert-ad", { in: ["a"], out: ["d"] }),
  testPlugin("odd", { kind: "driver", out: ["odd"] }),
];
const registry = (): Registry =>
  testRegistry(...plugins).addConversion({ from: "a", to: "b", plugin: "convert-ab" }, { from: "a", to: "d", plugin: "convert-ad" });

async function planned(text: string, from: Registry = registry()): Promise<string> {
  return shown(await plan(pipeline(text), from));
}

describe("channel kinds", () => {
  it("are those that both ends know", async () => {
    expect(await planned('x = driver/ab\ny = node/only-b\nz = node/pass\nx -> y\nx -> z {"channel":"a"}\nw = node/sink\nz -> w')).toMatchInlineSnapshot(`
      "x = driver/ab {}
      y = node/only-b {}
      z = node/pass {}
      w = node/sink {}
      x -b-> y
      x -a-> z
      z -a-> w"
    `);
  });

  it("are brought together by a visible conversion", async () => {
    expect(await planned("x = driver/source\ny = node/only-b\nx -> y")).toMatchInlineSnapshot(`
      "x = driver/source {}
      x→y:a-b = node/convert-ab {}
      y = node/only-b {}
      x -a-> x→y:a-b
      x→y:a-b -b-> y"
    `);
  });

  it("keep the match where it is understood, and port and queue with the sender", async () => {
    const { graph } = await plan(
      pipeline('x = driver/source\ny = node/only-d\nx -> y {"match":"*","port":"p","queue":"q","bounds":{"records":5}}'),
      registry(),
    );
    expect(
      graph?.edges.map(({ from, to, kind, takes, spec, bounds }) => [`${from} ${kind.name} ${to}`, takes !== undefined, spec.port, spec.queue, bounds.records]),
    ).toEqual([
      ["x a x→y:a-d", false, "p", "q", 5],
      ["x→y:a-d d y", true, undefined, undefined, 5],
    ]);
  });

  it("of a node that sends what it receives follow the edges", async () => {
    expect(await planned("in = input/d-source\np1 = node/pass\np2 = node/pass\nout = node/only-d\np2 -> out\np1 -> p2\nin -> p1")).toMatchInlineSnapshot(`
      "in = input/d-source {}
      p1 = node/pass {}
      p2 = node/pass {}
      out = node/only-d {}
      p2 -d-> out
      p1 -d-> p2
      in -d-> p1"
    `);
  });

  it("that nothing decides are reported", async () => {
    expect(
      await planned("x = driver/ab\ny = node/a-or-b\nz = node/sink\nx -> y\nx -> z\np = node/pass\nq = node/pass\no = node/only-b\np -> q\nq -> p\nq -> o"),
    ).toMatchInlineSnapshot(`
      "test.pipeline:4:1: error MILLRACE_PLAN_CHANNEL_AMBIGUOUS: the edge from "x" to "y" could carry a or b
          x -> y
          ^~~~~~
        hint: name its channel
      test.pipeline:5:1: error MILLRACE_PLAN_CHANNEL_AMBIGUOUS: the edge from "x" to "z" could carry a or b
          x -> z
          ^~~~~~
        hint: name its channel
      test.pipeline:6:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "p": no source leads to it
          p = node/pass
          ^~~~~~~~~~~~~
      test.pipeline:7:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "q": no source leads to it
          q = node/pass
          ^~~~~~~~~~~~~
      test.pipeline:8:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "o": no source leads to it
          o = node/only-b
          ^~~~~~~~~~~~~~~
      test.pipeline:9:1: error MILLRACE_PLAN_CHANNEL_UNKNOWN: what "p" sends is not known: it sends what it receives, and nothing tells what that is
          p -> q
          ^~~~~~
        hint: name the channel of an edge that leads to it
      test.pipeline:10:1: error MILLRACE_PLAN_CHANNEL_UNKNOWN: what "q" sends is not known: it sends what it receives, and nothing tells what that is
          q -> p
          ^~~~~~
        hint: name the channel of an edge that leads to it
      4 errors, 3 warnings"
    `);
  });

  it("that don't agree are reported, each by name", async () => {
    const text =
      'x = driver/source\nd = input/d-source\nc = node/only-c\nb = node/only-b\nx -> c\nd -> b\nd -> b {"channel":"c"}\nd -> b {"channel":"e"}\nx -> b {"channel":"b"}';
    expect(await planned(text)).toMatchInlineSnapshot(`
      "test.pipeline:5:1: error MILLRACE_PLAN_CHANNEL_MISMATCH: "x" sends a, but "c" reads c
          x -> c
          ^~~~~~
        hint: no conversion between them is known
      test.pipeline:6:1: error MILLRACE_PLAN_CHANNEL_MISMATCH: "d" sends d, but "b" reads b
          d -> b
          ^~~~~~
        hint: no conversion between them is known
      test.pipeline:7:1: error MILLRACE_PLAN_CHANNEL_MISMATCH: the edge is said to carry c, but "d" sends d and "b" reads b
          d -> b {"channel":"c"}
          ^~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:8:1: error MILLRACE_PLAN_CHANNEL: there is no channel kind "e"
          d -> b {"channel":"e"}
          ^~~~~~~~~~~~~~~~~~~~~~
        hint: the kinds are bytes, a, b, c, d
      4 errors"
    `);
  });

  it("with two conversions are not guessed", async () => {
    const two = registry().addConversion({ from: "a", to: "b", plugin: "a-to-b" });
    expect(await planned("x = driver/source\ny = node/only-b\nx -> y", two)).toMatchInlineSnapshot(`
      "test.pipeline:3:1: error MILLRACE_PLAN_CONVERSION_AMBIGUOUS: "x" sends a, but "y" reads b; several conversions would do
          x -> y
          ^~~~~~
        hint: put one of "convert-ab" (a to b), "a-to-b" (a to b) between them
      1 error"
    `);
  });

  it("must be registered, here or with the plan", async () => {
    const text = "x = driver/odd\ny = node/sink\nx -> y";
    expect(await planned(text)).toMatchInlineSnapshot(`
      "test.pipeline:3:1: error MILLRACE_PLAN_CHANNEL: "x" and "y" agree on the channel kind "odd", which is not registered
          x -> y
          ^~~~~~
        hint: register the package that brings it
      1 error"
    `);
    expect(shown(await plan(pipeline(text), registry(), { kinds: [channel("odd")] }))).toContain("x -odd-> y");
    const failing = registry().addChannel({ name: "odd", load: () => Promise.reject(new Error("no such package")) });
    expect(await planned(text, failing)).toContain("cause: no such package");
  });

  it("of any data can be registered", () => {
    const kind = defineChannel<{ records: number; bytes: number; text: string }>({ name: "text", matcher: () => (data) => data.text === "" });
    expect(registry().addChannel(kind).channelNames()).toContain("text");
  });
});

describe("match", () => {
  it("is compiled by the channel kind, and its mistakes have a place", async () => {
    const text = (match: string, to: string): string =>
      `x = input/d-source\ny = node/${to}\ns = driver/source\nz = node/sink\nx -> y {"match":"${match}"}\ns -> z {"match":"*"}`;
    expect(await planned(text("*", "only-d"))).toMatchInlineSnapshot(`
      "test.pipeline:6:1: error MILLRACE_PLAN_MATCH: an edge that carries a takes no match
          s -> z {"match":"*"}
          ^~~~~~~~~~~~~~~~~~~~
      1 error"
    `);
    expect(await planned(text("[", "only-d"))).toMatchInlineSnapshot(`
      "test.pipeline:5:1: error MILLRACE_PLAN_MATCH: bad match: "[" is no pattern
          x -> y {"match":"["}
          ^~~~~~~~~~~~~~~~~~~~
      test.pipeline:6:1: error MILLRACE_PLAN_MATCH: an edge that carries a takes no match
          s -> z {"match":"*"}
          ^~~~~~~~~~~~~~~~~~~~
      2 errors"
    `);
  });
});

describe("cycles", () => {
  const loop = "in = driver/source\nmix = node/pass\nback = node/pass\nout = node/sink\nin -> mix\nmix -> back\nback -> mix";

  it("are allowed where they can drain; the edge that leads back always takes what is sent", async () => {
    expect(await planned(`${loop}\nmix -> out`)).toMatchInlineSnapshot(`
      "in = driver/source {}
      mix = node/pass {}
      back = node/pass {}
      out = node/sink {}
      in -a-> mix
      mix -a-> back
      back -a-> mix elastic
      mix -a-> out"
    `);
  });

  it("to oneself too", async () => {
    expect(await planned("in = driver/source\nmix = node/pass\nout = node/sink\nin -> mix\nmix -> mix\nmix -> out")).toContain("mix -a-> mix elastic");
  });

  it("are refused where they can't", async () => {
    expect(await findings(pipeline(loop), registry())).toMatchInlineSnapshot(`
      "test.pipeline:2:1: error MILLRACE_PLAN_CYCLE: the cycle mix → back → mix can't drain: nothing leads out of it to a sink
          mix = node/pass
          ^~~~~~~~~~~~~~~
        hint: a cycle needs a way in from a source, and a way out to a sink
      test.pipeline:4:1: error MILLRACE_PLAN_NO_INPUT: "out" has no input: it reads anything, and no edge leads to it
          out = node/sink
          ^~~~~~~~~~~~~~~
      2 errors"
    `);
    expect(
      await findings(
        pipeline("a = node/a-to-a\nb = node/a-to-a\nout = node/sink\na -> b\nb -> a\nb -> out"),
        testRegistry(testPlugin("a-to-a", { in: ["a"], out: ["a"] })),
      ),
    ).toMatchInlineSnapshot(`
      "test.pipeline:1:1: error MILLRACE_PLAN_CYCLE: the cycle a → b → a can't drain: nothing leads into it
          a = node/a-to-a
          ^~~~~~~~~~~~~~~
        hint: a cycle needs a way in from a source, and a way out to a sink
      test.pipeline:1:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "a": no source leads to it
          a = node/a-to-a
          ^~~~~~~~~~~~~~~
      test.pipeline:2:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "b": no source leads to it
          b = node/a-to-a
          ^~~~~~~~~~~~~~~
      test.pipeline:3:1: warning MILLRACE_PLAN_UNREACHABLE: nothing can reach "out": no source leads to it
          out = node/sink
          ^~~~~~~~~~~~~~~
      1 error, 3 warnings"
    `);
  });

  it("are found, and the rest put in order, in any graph", () => {
    const graphs = fc
      .integer({ min: 1, max: 9 })
      .chain((size) => fc.record({ size: fc.constant(size), pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }) }));
    fc.assert(
      fc.property(graphs, ({ size, pairs }) => {
        const ids = Array.from({ length: size }, (_, index) => `n${index}`);
        const arrows = pairs.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` }));
        const { order, back, cycles } = shapeOf(ids, arrows);
        expect([...order].sort()).toEqual(ids);
        for (const arrow of arrows) if (!back.has(arrow)) expect(order.indexOf(arrow.from)).toBeLessThan(order.indexOf(arrow.to));
        const reach = (from: string): Set<string> => {
          const seen = new Set<string>();
          const open = [from];
          for (let id = open.pop(); id !== undefined; id = open.pop()) {
            for (const { from: start, to } of arrows) {
              if (start !== id || seen.has(to)) continue;
              seen.add(to);
              open.push(to);
            }
          }
          return seen;
        };
        const inCycle = ids.filter((id) => reach(id).has(id));
        expect(cycles.flat().sort()).toEqual(inCycle.sort());
        for (const cycle of cycles) for (const id of cycle) for (const other of cycle) expect(reach(id).has(other)).toBe(true);
        for (const arrow of back) expect(cycles.some((cycle) => cycle.includes(arrow.from) && cycle.includes(arrow.to))).toBe(true);
      }),
    );
  });

  it("are no matter of depth", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
    const arrows = ids.map((from, index) => ({ from, to: ids[(index + 1) % ids.length] as string }));
    expect(shapeOf(ids, arrows).order).toHaveLength(ids.length);
  });
});
