import { type Hosted, MillraceError, type NodeSpec, type Plugin } from "@millrace/api";
import type { Graph, GraphEdge } from "@millrace/core";
import type { TestPipeline } from "./pipeline.ts";

/** Checks the pipeline and makes its graph. Throws `MILLRACE_TESTKIT_PLAN`, with every finding. */
export async function planned(pipeline: TestPipeline): Promise<Graph> {
  const { spec } = pipeline;
  const find = (name: string, kind: string): Plugin => {
    const found = pipeline.plugins.find((plugin) => plugin.name === name && plugin.kind === kind);
    if (found === undefined) throw new MillraceError("MILLRACE_TESTKIT_PLAN", `there is no ${kind} ${name}`);
    return found;
  };
  const nodes = await Promise.all(spec.nodes.map(async (node) => {
    const hosted = new Map<string, Hosted[]>();
    for (const inner of node.hosted ?? []) {
      const plugin = find(inner.plugin, inner.kind);
      hosted.set(inner.slot, [...(hosted.get(inner.slot) ?? []), { plugin, options: await checked(plugin, inner.options ?? {}) }]);
    }
    const plugin = find(node.plugin, node.kind);
    return { id: node.id, spec: node as NodeSpec, plugin, options: await checked(plugin, node.options), hosted };
  }));
  const edges = spec.edges.map((edge): GraphEdge => {
    const kind = pipeline.kinds.find(({ name }) => name === edge.channel);
    if (kind === undefined) throw new MillraceError("MILLRACE_TESTKIT_PLAN", `there is no kind of channel ${edge.channel ?? ""}`);
    return {
      spec: edge, from: edge.from, to: edge.to, kind, elastic: false,
      takes: edge.match === undefined ? undefined : kind.matcher?.(edge.match) as GraphEdge["takes"],
      bounds: { records: edge.bounds?.records ?? 16_384, bytes: edge.bounds?.bytes ?? 4_194_304 },
    };
  });
  return { nodes, edges, service: spec.service };
}

async function checked(plugin: Plugin, options: unknown): Promise<unknown> {
  if (plugin.options === undefined) return options;
  const result = await plugin.options["~standard"].validate(options);
  if (result.issues === undefined) return result.value;
  throw new MillraceError("MILLRACE_TESTKIT_PLAN", result.issues.map(({ message }) => message).join("; "));
}
