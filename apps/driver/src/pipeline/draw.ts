import type { Graph, GraphEdge, GraphNode } from "@millrace/core";

/** How a graph can be drawn. */
export type Drawing = "dot" | "mermaid" | "json";

/** A graph as text: for GraphViz, for Mermaid, or as JSON for programs. */
export function draw(graph: Graph, drawing: Drawing): string {
  return { dot, mermaid, json }[drawing](graph);
}

/** The graph as flowd of the `components:` generation prints it: names and arrows. */
export function drawFlow(graph: Graph): string {
  return `digraph G{\n${graph.edges.map((edge) => `${edge.from} -> ${edge.to}\n`).join("")}}\n`;
}

function dot(graph: Graph): string {
  const nodes = graph.nodes.map((node) => `  ${quoted(node.id)} [label=${quoted(labelOf(node).join("\n"))}];\n`);
  const edges = graph.edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${quoted(edgeLabel(edge))}];\n`);
  return `digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n${nodes.join("")}${edges.join("")}}\n`;
}

/** Node names may hold anything, and Mermaid's must not: it gets numbers, and the names as labels. */
function mermaid(graph: Graph): string {
  const number = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]));
  const nodes = graph.nodes.map((node) => `  ${number.get(node.id)}["${labelOf(node).map(entities).join("<br/>")}"]\n`);
  const edges = graph.edges.map((edge) => `  ${number.get(edge.from)} -->|"${entities(edgeLabel(edge))}"| ${number.get(edge.to)}\n`);
  return `flowchart LR\n${nodes.join("")}${edges.join("")}`;
}

function json(graph: Graph): string {
  const nodes = graph.nodes.map(({ id, plugin, hosted }) => ({
    id,
    plugin: plugin.name,
    kind: plugin.kind,
    ...(hosted.size > 0 && { hosted: Object.fromEntries([...hosted].map(([slot, inner]) => [slot, inner.map((each) => each.plugin.name)])) }),
  }));
  const edges = graph.edges.map(({ from, to, kind, spec, elastic }) => ({
    from,
    to,
    channel: kind.name,
    ...(spec.match !== undefined && { match: spec.match }),
    ...(spec.port !== undefined && { port: spec.port }),
    ...(spec.queue !== undefined && { queue: spec.queue }),
    ...(elastic && { elastic }),
  }));
  return `${JSON.stringify({ nodes, edges }, undefined, 2)}\n`;
}

function labelOf({ id, plugin, hosted }: GraphNode): string[] {
  const inner = [...hosted.values()].flat().map((each) => each.plugin.name);
  const type = inner.length === 0 ? plugin.name : `${plugin.name} (${inner.join(", ")})`;
  return [...(type === id ? [] : [id]), type];
}

function edgeLabel({ kind, spec }: GraphEdge): string {
  const choice = spec.port ?? (typeof spec.match === "string" ? spec.match : spec.match === undefined ? undefined : JSON.stringify(spec.match));
  return choice === undefined ? kind.name : `${kind.name}: ${choice}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function entities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
