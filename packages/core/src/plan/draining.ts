import type { EdgeSpec, PipelineSpec } from "@millrace/api";
import type { DiagnosticBag } from "@millrace/text";
import type { PlannedNode } from "./nodes.ts";

/** A cycle must be entered from outside, and left towards a sink: otherwise what is in it never comes out. */
export function reportCycles(
  cycles: readonly (readonly string[])[],
  { edges, nodes: specs }: PipelineSpec,
  nodes: ReadonlyMap<string, PlannedNode>,
  bag: DiagnosticBag,
): void {
  for (const cycle of cycles) {
    const inside = new Set(cycle);
    const entered = edges.some(({ from, to }) => inside.has(to) && !inside.has(from));
    const left = leadsToSink(inside, edges, nodes);
    if (entered && left) continue;
    const why = entered ? "nothing leads out of it to a sink" : left ? "nothing leads into it" : "nothing leads into it or out of it";
    // A conversion in the cycle has no edge of its own in the configuration: the way is told by the nodes that have.
    const first = specs.find(({ id }) => inside.has(id));
    const way = first === undefined ? cycle : wayRound(first.id, inside, edges);
    bag.error("MILLRACE_PLAN_CYCLE", `the cycle ${way.join(" → ")} can't drain: ${why}`, {
      place: first?.place,
      hint: "a cycle needs a way in from a source, and a way out to a sink",
    });
  }
}

/** Whether a way leads out of the cycle, to a node from which nothing leads on. A node whose plugin is missing may be one. */
function leadsToSink(inside: ReadonlySet<string>, edges: readonly EdgeSpec[], nodes: ReadonlyMap<string, PlannedNode>): boolean {
  const reached = new Set(inside);
  for (const id of reached) for (const edge of edges) if (edge.from === id) reached.add(edge.to);
  return [...reached].some((id) => !inside.has(id) && (!nodes.has(id) || !edges.some((edge) => edge.from === id)));
}

/** The shortest way from a node of a cycle back to itself. */
function wayRound(start: string, inside: ReadonlySet<string>, edges: readonly EdgeSpec[]): string[] {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const { from, to } of edges) {
      if (from !== way.at(-1) || !inside.has(to) || seen.has(to)) continue;
      if (to === start) return [...way, start];
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return [start];
}
