import type { OnLost } from "@millrace/api";
import { AGAIN } from "./item.ts";
import { Random } from "./random.ts";

/** What a node does with what it receives. */
export type Behaviour =
  | "stream-source"
  | "asking-source"
  | "pass"
  | "filter"
  | "split"
  | "buffer"
  | "aggregate"
  | "durable"
  | "asker"
  | "chooser"
  | "mill"
  | "sink"
  | "holding-sink";

export interface SceneNode {
  readonly id: string;
  readonly behaviour: Behaviour;
  /** How often it answers no, loses, asks again, dawdles: probabilities for each batch. */
  readonly refuses: number;
  readonly loses: number;
  readonly retries: number;
  readonly dawdles: number;
  /** Whether it carries answers back record by record, where it may choose. */
  readonly slotted: boolean;
  /** How many batches it gathers, or how many records it makes of one. */
  readonly size: number;
  /** For sources. */
  readonly batches: number;
  readonly streams: number;
  readonly onLost: OnLost;
  readonly credit: number;
}

export interface SceneEdge {
  readonly from: string;
  readonly to: string;
  /** The tags that it takes; all, if absent. */
  readonly tags: readonly number[] | undefined;
  readonly queue: string | undefined;
  readonly elastic: boolean;
  readonly bound: number;
}

/** A graph and what happens to it. The same seed gives the same scene. */
export interface Scene {
  readonly seed: number;
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly bytesEach: number;
  readonly graceMs: number;
  /** The most records that may wait on the edge that leads back. */
  readonly elasticRoom: number;
}

/** The tags that sources give. */
const TAGS = [0, 1, 2];

/** Makes the scene of a seed. */
export function makeScene(seed: number): Scene {
  const random = new Random(seed);
  const sources = random.between(1, 3);
  const inner = random.between(0, 6);
  const sinks = random.between(1, 3);
  const calm = random.chance(0.3);
  const nodes: SceneNode[] = [];
  const add = (id: string, behaviour: Behaviour): void => void nodes.push(makeNode(id, behaviour, random, calm));
  for (let i = 0; i < sources; i++) add(`source${i}`, random.chance(0.75) ? "stream-source" : "asking-source");
  const kinds: readonly Behaviour[] = ["pass", "filter", "split", "buffer", "buffer", "aggregate", "durable", "asker", "chooser"];
  for (let i = 0; i < inner; i++) add(`inner${i}`, random.pick(kinds));
  const loop = inner >= 2 && random.chance(0.35);
  if (loop) nodes[nodes.length - 1] = makeNode("mill", "mill", random, calm);
  for (let i = 0; i < sinks; i++) add(`sink${i}`, random.chance(0.5) ? "sink" : "holding-sink");
  const edges = makeEdges(nodes, sources, sinks, random);
  if (loop) {
    const back = nodes[sources + random.between(0, inner - 1)] as SceneNode;
    edges.push({ from: "mill", to: back.id, tags: [AGAIN], queue: undefined, elastic: true, bound: 16 });
  }
  const bytesEach = random.chance(0.15) ? 100_000 : 10;
  return { seed, nodes, edges, bytesEach, graceMs: random.pick([0, 20, 200, 5000, 5000]), elasticRoom: elasticRoom(nodes, edges) };
}

function makeNode(id: string, behaviour: Behaviour, random: Random, calm: boolean): SceneNode {
  const trouble = (most: number): number => (calm || random.chance(0.6) ? 0 : random.next() * most);
  return {
    id,
    behaviour,
    refuses: trouble(0.2),
    loses: trouble(0.1),
    retries: trouble(0.4),
    dawdles: random.chance(0.5) ? 0 : random.next() * 0.6,
    slotted: random.chance(0.6),
    size: random.between(1, 4),
    batches: random.between(2, 10),
    streams: random.between(1, 3),
    onLost: random.pick<OnLost>(["advance", "dead-letter", "stop"]),
    credit: random.pick([4, 8, 16, 64, 1000]),
  };
}

/** Edges lead from earlier nodes to later ones. Every node that reads is reached, and every node that sends has a way out. */
function makeEdges(nodes: readonly SceneNode[], sources: number, sinks: number, random: Random): SceneEdge[] {
  const edges: SceneEdge[] = [];
  const has = (from: string, to: string): boolean => edges.some((edge) => edge.from === from && edge.to === to);
  const join = (from: SceneNode, to: SceneNode): void => {
    if (has(from.id, to.id)) return;
    const tags = random.chance(0.25) ? [...TAGS, AGAIN].filter(() => random.chance(0.6)) : undefined;
    edges.push({ from: from.id, to: to.id, tags, queue: random.chance(0.25) ? "q" : undefined, elastic: false, bound: random.pick([2, 4, 16, 64, 1000]) });
  };
  const firstSink = nodes.length - sinks;
  for (let i = sources; i < nodes.length; i++) join(nodes[random.between(0, Math.min(i, firstSink) - 1)] as SceneNode, nodes[i] as SceneNode);
  for (let i = 0; i < firstSink; i++) {
    const from = nodes[i] as SceneNode;
    const more = edges.some((edge) => edge.from === from.id) ? random.between(0, 2) : random.between(1, 3);
    for (let k = 0; k < more; k++) join(from, nodes[random.between(Math.max(i + 1, sources), nodes.length - 1)] as SceneNode);
  }
  return edges;
}

/**
 * The most records that may wait on an edge that leads back: what the nodes before the loop may have in flight, times what
 * becomes of one record on its way to the mill, for each time that it goes round (at most three times after the first). What
 * a durable node inside the loop has accepted is nobody's credit.
 */
function elasticRoom(nodes: readonly SceneNode[], edges: readonly SceneEdge[]): number {
  const ways = (id: string): number => {
    if (id === "mill") return 1;
    const node = nodes.find((one) => one.id === id) as SceneNode;
    const sum = edges.filter((edge) => edge.from === id).reduce((total, edge) => total + ways(edge.to), 0);
    return sum * (node.behaviour === "split" ? node.size : 1);
  };
  const afterMill = new Set(edges.filter((edge) => edge.elastic).map((edge) => edge.to));
  for (const id of afterMill) for (const edge of edges) if (edge.from === id) afterMill.add(edge.to);
  if (nodes.some((node) => node.behaviour === "durable" && afterMill.has(node.id) && ways(node.id) > 0)) return Number.POSITIVE_INFINITY;
  const most = Math.max(1, ...nodes.map((node) => ways(node.id)));
  const inFlight = nodes.reduce((sum, node) => sum + (node.behaviour.endsWith("sink") ? 0 : Math.max(node.credit, 5)), 0);
  return inFlight * most ** 4;
}
