import type { EdgeSpec, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { NO_EFFECT, REFERENCE, SHAPE, UNKNOWN } from "../codes.ts";
import { placeOf } from "../tree/node.ts";
import { type FlowNode, type Generation, generations } from "./nodes.ts";
import { checkKeys, type Setting, valuePlace } from "./settings.ts";

/** Reads `pipeline:`. */
export function readEdges(
  pipeline: Setting,
  nodes: ReadonlyMap<string, FlowNode>,
  generation: Generation,
  declared: ReadonlySet<string>,
  bag: DiagnosticBag,
): EdgeSpec[] {
  const edges: EdgeSpec[] = [];
  for (const block of pipeline.children.values()) {
    if (!declared.has(block.key)) {
      const message = generation === "classic" ? `undefined component "${block.key}" in the pipeline` : `unknown actor in the pipeline config: "${block.key}"`;
      bag.error(REFERENCE, message, { place: block.place, hint: didYouMean(block.key, declared) });
    }
    if (block.value !== undefined) {
      if (block.value.value !== null) bag.error(SHAPE, `"${block.path}" must be a map with a "connect"`, { place: valuePlace(block) });
      continue;
    }
    const read = { block, node: nodes.get(block.key), declared, bag };
    edges.push(...(generation === "classic" ? classicEdges(read) : actorEdges(read)));
  }
  return edges;
}

interface BlockReader {
  readonly block: Setting;
  readonly node: FlowNode | undefined;
  readonly declared: ReadonlySet<string>;
  readonly bag: DiagnosticBag;
}

/** A peer that a block names. */
interface Peer {
  readonly name: string;
  readonly place: Place | undefined;
}

// -------------------------------------------------------------------------------------------------------- v1alpha1

/** Actors that choose among their peers, or send to all; the peers of any other share one queue, and compete. */
const CHOOSING: readonly string[] = ["core.replicator", "core.router"];

function actorEdges(read: BlockReader): EdgeSpec[] {
  checkKeys(read.block, ["connect"], UNKNOWN, generations.v1alpha1.unknown, read.bag);
  const peers = peersOf(read, "connect", "one or many");
  const compete = peers.length > 1 && !CHOOSING.includes(read.node?.module ?? "");
  return peers.map((peer) => edge(read.block.key, peer.name, peer.place, compete ? { queue: read.block.key } : {}));
}

// --------------------------------------------------------------------------------------------------------- classic

/** What the modules of the classic generation can't be given. What is not named here is a plugin, and decides by itself. */
const CLASSIC_WAYS: readonly { readonly modules: RegExp; readonly ways: readonly string[] }[] = [
  { modules: /^receiver\./, ways: ["connect"] },
  { modules: /^sink\./, ways: [] },
  { modules: /^link\.mux$/, ways: ["connect", "links"] },
  { modules: /^link\.(demux|fanout)$/, ways: ["links"] },
  { modules: /^link\.replicator$/, ways: ["connect", "links"] },
  { modules: /^link\.router$/, ways: ["routes"] },
  { modules: /^link\.(buffer|meta_parser|throttler|compressor)$/, ways: ["connect"] },
];

function classicEdges(read: BlockReader): EdgeSpec[] {
  const { block, node, bag } = read;
  checkKeys(block, ["connect", "links", "routes"], NO_EFFECT, generations.classic.unknown, bag);
  checkWays(read);
  const connected = peersOf(read, "connect", "one");
  const links = peersOf(read, "links", "many");
  // The links of a mux lead into it, and so do those of any block that has both.
  const incoming = node?.module === "link.mux" || (connected.length > 0 && links.length > 0);
  return [
    ...connected.map((peer) => edge(block.key, peer.name, peer.place)),
    ...links.map((peer) => (incoming ? edge(peer.name, block.key, peer.place) : edge(block.key, peer.name, peer.place))),
    ...routesOf(read),
  ];
}

function checkWays({ block, node, bag }: BlockReader): void {
  const rule = node && !node.dynamic ? CLASSIC_WAYS.find(({ modules }) => modules.test(node.module)) : undefined;
  if (rule === undefined || node === undefined) return;
  for (const way of ["connect", "links", "routes"]) {
    const child = block.children.get(way);
    if (child === undefined || rule.ways.includes(way)) continue;
    const hint = rule.ways.length === 0 ? "it ends the pipeline" : `it takes ${rule.ways.map((name) => `"${name}"`).join(" and ")}`;
    bag.error(REFERENCE, `"${block.key}" is a ${node.module}, which takes no "${way}"`, { place: child.place, hint });
  }
}

function routesOf(read: BlockReader): EdgeSpec[] {
  const routes = read.block.children.get("routes");
  if (routes === undefined) return [];
  if (routes.value !== undefined) {
    if (routes.value.value !== null) read.bag.error(SHAPE, `"${routes.path}" must be a map from a key to a name`, { place: valuePlace(routes) });
    return [];
  }
  return [...routes.children.values()].flatMap((route) => {
    const name = route.value?.value;
    if (typeof name !== "string") {
      read.bag.error(SHAPE, `"${route.path}" must be the name of a component`, { place: valuePlace(route) });
      return [];
    }
    const peer = known({ name, place: valuePlace(route) }, read);
    return peer === undefined ? [] : [edge(read.block.key, peer.name, peer.place, { port: route.key })];
  });
}

// ---------------------------------------------------------------------------------------------------------- helpers

function edge(from: string, to: string, place: Place | undefined, more: { readonly port?: string; readonly queue?: string } = {}): EdgeSpec {
  return { from, to, ...more, ...(place && { place }) };
}

/** The peers under a key of a block: those that exist; the rest is reported. */
function peersOf(read: BlockReader, key: string, count: "one" | "many" | "one or many"): Peer[] {
  const setting = read.block.children.get(key);
  if (setting === undefined) return [];
  const value = setting.value?.value;
  const place = valuePlace(setting);
  // What the environment or the command line gives is one text: names are separated by commas there.
  const outside = setting.value?.provider === "environment" || setting.value?.provider === "command line";
  const list: unknown = typeof value === "string" && (count !== "many" || outside) ? (outside ? value.split(",").map((name) => name.trim()) : [value]) : value;
  if (!Array.isArray(list) || (count === "one" && (Array.isArray(value) || list.length !== 1))) {
    const wanted = { one: "a name", many: "a list of names", "one or many": "a name or a list of names" }[count];
    read.bag.error(SHAPE, `"${setting.path}" must be ${wanted}`, { place: place ?? setting.place });
    return [];
  }
  return list.flatMap((name: unknown, index) => {
    const item = setting.node?.kind === "list" ? setting.node.items[index] : undefined;
    const at = item === undefined ? place : placeOf(item);
    if (typeof name === "string") return known({ name, place: at }, read) ?? [];
    read.bag.error(SHAPE, `element ${index + 1} of "${setting.path}" must be a name`, { place: at });
    return [];
  });
}

function known(peer: Peer, { block, declared, bag }: BlockReader): Peer | undefined {
  if (declared.has(peer.name)) return peer;
  bag.error(REFERENCE, `failed to connect "${block.key}" to "${peer.name}": "${peer.name}" is undefined`, {
    place: peer.place,
    hint: didYouMean(peer.name, declared) ?? `there are ${[...declared].map((name) => `"${name}"`).join(", ")}`,
  });
  return undefined;
}
