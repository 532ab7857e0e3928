import type { EdgeSpec, NodeSpec, PluginKind } from "@millrace/api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Graph, plan, type Registry } from "../../src/index.ts";
import { testPlugin, testRegistry } from "./fixtures.ts";

const ids = fc.constantFrom("n0", "n1", "n2", "n3", "n4", "n5");
const nodes: fc.Arbitrary<NodeSpec> = fc.record(
  {
    id: ids,
    plugin: fc.constantFrom("source", "pass", "sink", "a-to-b", "only-d", "host", "guest", "missing"),
    kind: fc.constantFrom<PluginKind>("driver", "node", "node", "node", "handler"),
    options: fc.dictionary(fc.constantFrom("x", "Y"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
    style: fc.record({ textual: fc.boolean(), caseless: fc.boolean(), unknown: fc.constantFrom("error" as const, "warning" as const) }),
    hosted: fc.array(fc.constant({ slot: "guest", plugin: "guest", kind: "handler" as const }), { maxLength: 2 }),
    optionalInput: fc.boolean(),
  },
  { requiredKeys: ["id", "plugin", "kind", "options"] },
);
const edges: fc.Arbitrary<EdgeSpec> = fc.record(
  { from: ids, to: ids, channel: fc.constantFrom("a", "b", "d", "zz"), match: fc.constantFrom("*", "["), queue: fc.constant("q") },
  { requiredKeys: ["from", "to"] },
);
/** Chains that are mostly right, so that a good part of the pipelines can run. */
const chains = fc.array(fc.constantFrom("pass", "a-to-b", "pass"), { maxLength: 4 }).map((middle) => {
  const plugins = ["source", ...middle, "sink"];
  return {
    nodes: plugins.map((plugin, index): NodeSpec => ({ id: `n${index}`, plugin, kind: plugin === "source" ? "driver" : "node", options: {} })),
    edges: plugins.slice(1).map((_plugin, index): EdgeSpec => ({ from: `n${index}`, to: `n${index + 1}` })),
  };
});
const wild = fc.record({ nodes: fc.array(nodes, { maxLength: 6 }), edges: fc.array(edges, { maxLength: 8 }) });
const extended = fc.tuple(chains, fc.array(edges, { maxLength: 2 })).map(([chain, more]) => ({ ...chain, edges: [...chain.edges, ...more] }));

function registry(): Registry {
  return testRegistry(
    testPlugin("a-to-b", { in: ["a"], out: ["b"] }),
    testPlugin("only-d", { in: ["d"] }),
    testPlugin("b-to-a", { in: ["b"], out: ["a"] }),
    testPlugin("host", { in: ["a"], out: { hosted: "guest" }, hosts: { guest: { kind: "handler", required: true } } }),
    testPlugin("guest", { kind: "handler", out: ["b"] }),
  ).addConversion({ from: "b", to: "a", plugin: "b-to-a" });
}

it("gives a graph that holds together, or says why not, for any pipeline", async () => {
  let graphs = 0;
  const pipelines = fc.oneof(wild, chains, extended);
  await fc.assert(
    fc.asyncProperty(pipelines, async (parts) => {
      const spec = { dialect: "test", service: {}, plugins: [], ...parts };
      const { graph, diagnostics } = await plan(spec, registry());
      expect(graph === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
      expect((await plan(spec, registry())).diagnostics).toEqual(diagnostics);
      if (graph === undefined) return;
      graphs++;
      checkGraph(graph);
    }),
    { numRuns: 300, seed: 1 },
  );
  expect(graphs).toBeGreaterThan(60);
});

/** Every edge joins two nodes that send and read its kind, and goes forward unless it is elastic. */
function checkGraph({ nodes, edges }: Graph): void {
  const at = new Map(nodes.map(({ id }, index) => [id, index]));
  expect(at.size).toBe(nodes.length);
  for (const { from, to, kind, elastic } of edges) {
    const reads = nodes[at.get(to) as number]?.plugin.channels.in as readonly string[] | "any";
    expect(reads === "any" || reads.includes(kind.name)).toBe(true);
    if (!elastic) expect(at.get(from) as number).toBeLessThan(at.get(to) as number);
  }
}
