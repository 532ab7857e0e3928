import type { EdgeSpec, NodeSpec, PipelineSpec, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean, formatPlace } from "@millrace/text";
import type { PlannedNode } from "./nodes.ts";

/** An edge whose two ends exist. */
export interface WiredEdge {
  readonly spec: EdgeSpec;
  readonly from: PlannedNode;
  readonly to: PlannedNode;
}

/** Checks names: every node has one of its own, and every edge leads from a node to a node. Needs no plugin. */
export function checkNames({ nodes, edges }: PipelineSpec, bag: DiagnosticBag): void {
  const first = new Map<string, NodeSpec>();
  for (const node of nodes) {
    const known = first.get(node.id);
    if (node.id === "") bag.error("MILLRACE_PLAN_ID", "a node has an empty name", { place: node.place });
    else if (known === undefined) first.set(node.id, node);
    else
      bag.error("MILLRACE_PLAN_ID", `two nodes are called "${node.id}"`, {
        place: node.place,
        hint: known.place ? `the first one is at ${formatPlace(known.place)}` : undefined,
      });
  }
  for (const edge of edges) {
    for (const [id, side] of [
      [edge.from, "from"],
      [edge.to, "to"],
    ] as const) {
      if (first.has(id)) continue;
      const hint = didYouMean(id, first.keys()) ?? (first.size === 0 ? undefined : `the nodes are ${[...first.keys()].join(", ")}`);
      bag.error("MILLRACE_PLAN_EDGE", `an edge leads ${side} "${id}", and no node has that name`, { place: edge.place, hint });
    }
  }
  reportRepeatedEdges(edges, bag);
}

/** Checks which nodes may have edges in and out, and gives the edges whose ends are both known and willing. */
export function wire(spec: PipelineSpec, nodes: ReadonlyMap<string, PlannedNode>, bag: DiagnosticBag): WiredEdge[] {
  const wired: WiredEdge[] = [];
  for (const edge of spec.edges) {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    const sends = from === undefined || !isSink(from);
    const reads = to === undefined || !isSource(to);
    if (!sends)
      bag.error("MILLRACE_PLAN_SINK_OUTPUT", `"${edge.from}" sends nothing, so no edge can lead from it to "${edge.to}"`, {
        place: edge.place ?? from?.spec.place,
        hint: hostedHint(from),
      });
    if (!reads)
      bag.error("MILLRACE_PLAN_SOURCE_INPUT", `"${edge.to}" is a source, so no edge can lead to it from "${edge.from}"`, {
        place: edge.place ?? to?.spec.place,
      });
    if (from && to && sends && reads) wired.push({ spec: edge, from, to });
  }
  for (const node of nodes.values()) reportLooseEnds(node, spec.edges, bag);
  return wired;
}

/** Warns of nodes that no source reaches. A node whose plugin is missing counts as a source, so that one mistake is one finding. */
export function reportUnreachable(spec: PipelineSpec, nodes: ReadonlyMap<string, PlannedNode>, bag: DiagnosticBag): void {
  const reached = new Set(spec.nodes.map(({ id }) => id).filter((id) => isSourceOrMissing(nodes.get(id))));
  for (const id of reached) for (const edge of spec.edges) if (edge.from === id) reached.add(edge.to);
  for (const node of nodes.values()) {
    const fed = spec.edges.some((edge) => edge.to === node.id);
    if (fed && !reached.has(node.id))
      bag.warning("MILLRACE_PLAN_UNREACHABLE", `nothing can reach "${node.id}": no source leads to it`, { place: node.spec.place });
  }
}

function reportLooseEnds(node: PlannedNode, edges: readonly EdgeSpec[], bag: DiagnosticBag): void {
  const { id, spec, plugin } = node;
  const { place } = spec;
  if (!isSource(node) && !edges.some((edge) => edge.to === id)) {
    const reads = plugin.channels.in === "any" ? "anything" : plugin.channels.in.join(" or ");
    bag[spec.optionalInput ? "warning" : "error"]("MILLRACE_PLAN_NO_INPUT", `"${id}" has no input: it reads ${reads}, and no edge leads to it`, { place });
  }
  if (!isSink(node) && !edges.some((edge) => edge.from === id)) {
    bag.warning("MILLRACE_PLAN_NO_OUTPUT", `what "${id}" sends goes nowhere: no edge leads from it`, { place });
  }
}

function isSource({ plugin }: PlannedNode): boolean {
  return plugin.channels.in !== "any" && plugin.channels.in.length === 0;
}

function isSourceOrMissing(node: PlannedNode | undefined): boolean {
  return node === undefined || isSource(node);
}

function isSink({ out }: PlannedNode): boolean {
  return out !== "same" && out.length === 0;
}

function reportRepeatedEdges(edges: readonly EdgeSpec[], bag: DiagnosticBag): void {
  const seen = new Map<string, Place | undefined>();
  for (const { from, to, channel, port, queue, match, place } of edges) {
    const key = JSON.stringify([from, to, channel, port, queue, match]);
    if (seen.has(key)) {
      const before = seen.get(key);
      bag.warning("MILLRACE_PLAN_EDGE_TWICE", `"${from}" leads to "${to}" twice: everything arrives twice`, {
        place,
        hint: before ? `the first edge is at ${formatPlace(before)}` : undefined,
      });
    } else seen.set(key, place);
  }
}

function hostedHint(node: PlannedNode | undefined): string | undefined {
  const inside = [...(node?.hosted.values() ?? [])].flat().map(({ plugin }) => `the ${plugin.kind} "${plugin.name}"`);
  return inside.length === 0 || Array.isArray(node?.plugin.channels.out) ? undefined : `${inside.join(" and ")} in it sends nothing`;
}
