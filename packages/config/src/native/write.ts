import type { EdgeSpec, HostedSpec, NodeSpec, PipelineSpec, PluginSource, ServiceSpec } from "@millrace/api";
import { Document, isScalar, type Scalar, visit } from "yaml";
import { protect } from "./interpolate.ts";
import { durationText, sizeText } from "./quantity.ts";

/** Writes a pipeline as `millrace.yaml`. Reading it gives the same pipeline, but for the places and the name of its dialect. */
export function writeNative(spec: PipelineSpec): string {
  const way = wayOf(spec);
  const joints = (node: NodeSpec): Data => (way === "edges" ? {} : { [way]: jointsOf(node, spec.edges, way) });
  const document = new Document(
    protectedData({
      service: serviceData(spec.service),
      plugins: listOrNothing(spec.plugins.map(sourceData)),
      nodes: new Map(spec.nodes.map((node) => [node.id, without({ ...nodeData(node), ...joints(node) })])),
      edges: way === "edges" ? spec.edges.map(edgeData) : undefined,
    }),
    { aliasDuplicateObjects: false, keepUndefined: false },
  );
  visit(document, { Scalar: (_key, node) => void adjust(node) });
  return document.toString({ lineWidth: 0 });
}

type Data = Readonly<Record<string, unknown>>;

/** How edges can be written so that reading gives them in the same order. */
function wayOf({ nodes, edges }: PipelineSpec): "from" | "to" | "edges" {
  for (const way of ["from", "to"] as const) {
    const other = way === "from" ? "to" : "from";
    const ordered = nodes.flatMap((node) => edges.filter((edge) => edge[other] === node.id));
    if (ordered.length === edges.length && ordered.every((edge, index) => edge === edges[index])) return way;
  }
  return "edges";
}

function jointsOf(node: NodeSpec, edges: readonly EdgeSpec[], way: "from" | "to"): unknown {
  const joints = edges
    .filter((edge) => edge[way === "from" ? "to" : "from"] === node.id)
    .map((edge) => {
      const details = detailsOf(edge);
      return Object.keys(details).length === 0 ? edge[way] : { node: edge[way], ...details };
    });
  return joints.length === 1 ? joints[0] : listOrNothing(joints);
}

function edgeData(edge: EdgeSpec): Data {
  return { from: edge.from, to: edge.to, ...detailsOf(edge) };
}

function detailsOf({ channel, match, port, queue, bounds }: EdgeSpec): Data {
  return without({ channel, match, port, queue, bounds: boundsData(bounds) });
}

function nodeData({ plugin, kind, options, instance, style, hosted, optionalInput, onLost, credit }: NodeSpec): Data {
  return {
    plugin: `${kind}/${plugin}`,
    options: Object.keys(options).length === 0 ? undefined : options,
    instance,
    style: style && without(style),
    hosted: hosted && hosted.length > 0 ? hostedData(hosted) : undefined,
    optional_input: optionalInput,
    on_lost: onLost,
    credit: boundsData(credit),
  };
}

/** By slot, in the order of the first of each. */
function hostedData(hosted: readonly HostedSpec[]): Map<string, unknown> {
  const slots = new Map<string, unknown[]>();
  for (const { slot, plugin, kind, options } of hosted) slots.set(slot, [...(slots.get(slot) ?? []), without({ plugin: `${kind}/${plugin}`, options })]);
  return new Map([...slots].map(([slot, list]) => [slot, list.length === 1 ? list[0] : list]));
}

function sourceData({ from, path, kind, required }: PluginSource): Data {
  return without({ [from]: path, kind, required });
}

function serviceData({ graceMs, healthMs, ...settings }: ServiceSpec): Data | undefined {
  const data = without({
    grace: graceMs === undefined ? undefined : graceMs < 0 ? "unlimited" : durationText(graceMs),
    health: healthMs === undefined ? undefined : durationText(healthMs),
    settings: Object.keys(settings).length === 0 ? undefined : settings,
  });
  return Object.keys(data).length === 0 ? undefined : data;
}

function boundsData(bounds: NodeSpec["credit"]): Data | undefined {
  return bounds && without({ records: bounds.records, bytes: bounds.bytes === undefined ? undefined : sizeText(bounds.bytes) });
}

function without(data: object): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

function listOrNothing(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The same data with every text protected, and maps for objects, so that no key has a meaning for JavaScript. */
function protectedData(data: unknown): unknown {
  if (typeof data === "string") return protect(data);
  if (Array.isArray(data)) return data.map(protectedData);
  if (data === null || typeof data !== "object") return data;
  const entries = data instanceof Map ? [...(data as Map<string, unknown>)] : Object.entries(data);
  return new Map(entries.filter(([, value]) => value !== undefined).map(([key, value]) => [key, protectedData(value)]));
}

/** Numbers and keys that would be read as something else are written so that they are not. */
function adjust(node: Scalar): void {
  if (!isScalar(node)) return;
  if (node.value === "<<") node.type = "QUOTE_DOUBLE";
  if (typeof node.value === "number" && Number.isInteger(node.value) && !Number.isSafeInteger(node.value)) node.format = "EXP";
}
