import type { ChannelKind, Diagnostic, EdgeSpec, PipelineSpec } from "@millrace/api";
import { DiagnosticBag } from "@millrace/text";
import type { Graph, GraphEdge, GraphNode } from "../graph.ts";
import type { Registry } from "../registry/registry.ts";
import { boundsOf, checkBounds, checkService } from "./bounds.ts";
import { type Shape, shapeOf } from "./cycles.ts";
import { reportCycles } from "./draining.ts";
import { type TypedEdge, typeEdges } from "./edges.ts";
import { type PlannedNode, planNode } from "./nodes.ts";
import { checkNames, reportUnreachable, wire } from "./wiring.ts";

export interface PlanOptions {
  /** Channel kinds beside those that the registry has. */
  readonly kinds?: readonly ChannelKind[];
  /** Whether a warning keeps the pipeline from starting, too. That a plugin is experimental stays a warning. */
  readonly strict?: boolean;
}

export interface Plan {
  /** What can be run. Absent where an error is among the findings. */
  readonly graph?: Graph;
  /** All findings, by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An edge of the graph to be, before its kind and match are looked up. */
interface Wire {
  readonly spec: EdgeSpec;
  readonly from: string;
  readonly to: string;
  readonly kind: string;
}

/**
 * Turns a pipeline into a graph that can run: resolves every plugin, checks every option, joins nodes by channels that
 * both ends understand (with a conversion between them where exactly one is known), and orders the nodes. Reports
 * everything that is wrong at once. Imports plugins, but makes no instance: nothing is started.
 */
export async function plan(spec: PipelineSpec, registry: Registry, options: PlanOptions = {}): Promise<Plan> {
  const bag = new DiagnosticBag();
  registry.addSource(...spec.plugins).addChannel(...(options.kinds ?? []));
  bag.add(...(await registry.open()));
  checkService(spec.service, bag);
  checkNames(spec, bag);
  if (spec.nodes.length === 0) bag.warning("MILLRACE_PLAN_EMPTY", "the pipeline has no nodes");

  const nodes = await planNodes(spec, registry, bag);
  const typed = typeEdges(wire(spec, nodes, bag), registry, bag);
  const conversions = await planConversions(typed, spec, registry, bag);
  const all = new Map([...nodes, ...conversions.nodes]);
  const shape = shapeOf([...all.keys()], conversions.wires);
  reportCycles(shape.cycles, spec, nodes, bag);
  reportUnreachable(spec, nodes, bag);
  const edges = await finishEdges(conversions.wires, shape, registry, bag);

  const diagnostics = options.strict ? hardened(bag.list()) : bag.list();
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics };
  return { graph: { nodes: shape.order.map((id) => graphNode(all.get(id) as PlannedNode)), edges, service: spec.service }, diagnostics };
}

async function planNodes(spec: PipelineSpec, registry: Registry, bag: DiagnosticBag): Promise<Map<string, PlannedNode>> {
  const planned = await Promise.all(spec.nodes.map((node) => planNode(node, registry)));
  const nodes = new Map<string, PlannedNode>();
  for (const { node, bag: findings } of planned) {
    bag.add(...findings.list());
    if (node !== undefined && !nodes.has(node.id)) nodes.set(node.id, node);
  }
  return nodes;
}

/** Puts a node into every edge that needs a conversion. Its id says what it does: `reader→out:flat-record`. */
async function planConversions(
  typed: readonly TypedEdge[],
  spec: PipelineSpec,
  registry: Registry,
  bag: DiagnosticBag,
): Promise<{ readonly nodes: Map<string, PlannedNode>; readonly wires: readonly Wire[] }> {
  const nodes = new Map<string, PlannedNode>();
  const wires: Wire[] = [];
  const taken = new Set(spec.nodes.map(({ id }) => id));
  for (const { spec: edge, from, to, kind, conversion } of typed) {
    if (conversion === undefined) {
      wires.push({ spec: edge, from: from.id, to: to.id, kind });
      continue;
    }
    const id = freeId(`${from.id}→${to.id}:${conversion.from}-${conversion.to}`, taken);
    const place = edge.place ?? to.spec.place;
    const { node, bag: findings } = await planNode({ id, plugin: conversion.plugin, kind: "node", options: {}, ...(place && { place }) }, registry);
    bag.add(...findings.list());
    if (node === undefined) continue;
    nodes.set(id, node);
    const { match, port, queue, channel: _channel, ...rest } = edge;
    const matchFirst = match !== undefined && (await registry.channel(conversion.to))?.matcher === undefined;
    const sent: EdgeSpec = {
      ...rest,
      to: id,
      channel: conversion.from,
      ...(port !== undefined && { port }),
      ...(queue !== undefined && { queue }),
      ...(matchFirst && { match }),
    };
    const received: EdgeSpec = { ...rest, from: id, channel: conversion.to, ...(match !== undefined && !matchFirst && { match }) };
    wires.push({ spec: sent, from: from.id, to: id, kind: conversion.from }, { spec: received, from: id, to: to.id, kind: conversion.to });
  }
  return { nodes, wires };
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}_${count}`;
  taken.add(id);
  return id;
}

async function finishEdges(wires: readonly Wire[], { back }: Shape<Wire>, registry: Registry, bag: DiagnosticBag): Promise<GraphEdge[]> {
  const edges: GraphEdge[] = [];
  for (const wire of wires) {
    const { spec, from, to } = wire;
    if (spec.bounds) checkBounds(spec.bounds, `the edge from "${from}" to "${to}"`, spec.place, bag);
    const kind = await channelKind(wire, registry, bag);
    if (kind === undefined) continue;
    edges.push({ spec, from, to, kind, takes: matcherOf(spec, kind, bag), bounds: boundsOf(spec.bounds), elastic: back.has(wire) });
  }
  return edges;
}

async function channelKind({ spec, kind, from, to }: Wire, registry: Registry, bag: DiagnosticBag): Promise<ChannelKind | undefined> {
  try {
    const found = await registry.channel(kind);
    if (found === undefined) {
      const hint = "register the package that brings it";
      bag.error("MILLRACE_PLAN_CHANNEL", `"${from}" and "${to}" agree on the channel kind "${kind}", which is not registered`, { place: spec.place, hint });
    }
    return found;
  } catch (cause) {
    bag.error("MILLRACE_PLAN_CHANNEL", `the channel kind "${kind}" can't be imported`, { place: spec.place, cause });
    return undefined;
  }
}

function matcherOf({ match, place }: EdgeSpec, kind: ChannelKind, bag: DiagnosticBag): GraphEdge["takes"] {
  if (match === undefined) return undefined;
  if (kind.matcher === undefined) {
    bag.error("MILLRACE_PLAN_MATCH", `an edge that carries ${kind.name} takes no match`, { place });
    return undefined;
  }
  try {
    return kind.matcher(match);
  } catch (cause) {
    bag.error("MILLRACE_PLAN_MATCH", `bad match: ${cause instanceof Error ? cause.message : String(cause)}`, { place, cause });
    return undefined;
  }
}

function hardened(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((diagnostic) => (diagnostic.code === "MILLRACE_PLAN_EXPERIMENTAL" ? diagnostic : { ...diagnostic, severity: "error" }));
}

function graphNode({ id, spec, plugin, options, hosted }: PlannedNode): GraphNode {
  return { id, spec, plugin, options, hosted };
}
