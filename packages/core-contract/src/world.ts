import { AGAIN, type Item } from "./item.ts";
import { hash } from "./random.ts";
import type { Scene, SceneEdge, SceneNode } from "./scene.ts";

/**
 * What outlives the process: what sinks wrote, what was accepted, the positions of sources. It also foretells where a
 * record has to arrive: `covered` says whether all that is owed to a record that a node receives has been done.
 */
export class World {
  readonly scene: Scene;
  /** What each sink wrote, each aggregate accepted, each durable node persisted. */
  private readonly kept: Map<string, Set<string>> = new Map();
  /** What durable nodes have persisted and not yet handed on. */
  readonly stores: Map<string, Map<string, Item>> = new Map();
  /** All that durable nodes have ever persisted. */
  readonly persisted: { readonly node: string; readonly item: Item }[] = [];
  /** How far each stream is settled, and which records of asking sources have been answered. */
  readonly positions: Map<string, number> = new Map();
  readonly answered: Set<string> = new Set();
  /** Records of sources that were refused, or lost by an injected fault: nothing is owed to them. */
  readonly excused: Set<string> = new Set();
  readonly letters: Set<string> = new Set();
  private readonly nodes: ReadonlyMap<string, SceneNode>;
  private readonly lanes: ReadonlyMap<string, readonly (readonly SceneEdge[])[]>;

  constructor(scene: Scene) {
    this.scene = scene;
    this.nodes = new Map(scene.nodes.map((node) => [node.id, node]));
    this.lanes = new Map(scene.nodes.map((node) => [node.id, lanesOf(scene, node.id)]));
  }

  keep(node: string, item: Item): void {
    const kept = this.kept.get(node);
    if (kept === undefined) this.kept.set(node, new Set([item.id]));
    else kept.add(item.id);
  }

  persist(node: string, item: Item): void {
    this.keep(node, item);
    this.persisted.push({ node, item });
    const store = this.stores.get(node);
    if (store === undefined) this.stores.set(node, new Map([[item.id, item]]));
    else store.set(item.id, item);
  }

  /** Whether all has been done that a record asks of a node which receives it. */
  covered(id: string, item: Item): boolean {
    const node = this.nodes.get(id) as SceneNode;
    switch (node.behaviour) {
      case "sink":
      case "holding-sink":
      case "aggregate":
      case "durable":
        return this.kept.get(id)?.has(item.id) ?? false;
      case "chooser": {
        const edge = chosenEdge(this.edgesOf(id), item);
        return edge === undefined || !takes(edge, item.tag) || this.covered(edge.to, item);
      }
      default:
        return madeOf(node, item).every((made) => this.coveredWhenSent(id, made));
    }
  }

  /** Whether all has been done for a record that a node has sent: on every edge that takes it, on one of those that compete. */
  coveredWhenSent(from: string, item: Item): boolean {
    return (this.lanes.get(from) ?? []).every((lane) => {
      const takers = lane.filter((edge) => takes(edge, item.tag));
      return takers.length === 0 || takers.some((edge) => this.covered(edge.to, item));
    });
  }

  edgesOf(id: string): readonly SceneEdge[] {
    return this.scene.edges.filter((edge) => edge.from === id);
  }
}

function takes(edge: SceneEdge, tag: number): boolean {
  return edge.tags === undefined || edge.tags.includes(tag);
}

/** The edge that a chooser takes for a record. */
export function chosenEdge(edges: readonly SceneEdge[], item: Item): SceneEdge | undefined {
  return edges[hash(item.id) % Math.max(1, edges.length)];
}

/** What a node makes of a record. */
export function madeOf(node: SceneNode, item: Item): readonly Item[] {
  switch (node.behaviour) {
    case "filter":
      return hash(`${node.id} ${item.id}`) % 3 === 0 ? [] : [item];
    case "split":
      return Array.from({ length: 1 + (hash(item.id) % node.size) }, (_, part) => ({ ...item, id: `${item.id}.${part}` }));
    case "mill":
      return item.hops < hash(item.root) % 4 ? [{ ...item, id: `${item.id}+`, hops: item.hops + 1, tag: AGAIN }] : [{ ...item, tag: hash(item.root) % 3 }];
    default:
      return [item];
  }
}

/** The edges of a node in groups: each alone, or those that share a queue. */
function lanesOf(scene: Scene, id: string): readonly (readonly SceneEdge[])[] {
  const lanes: SceneEdge[][] = [];
  const queues = new Map<string, SceneEdge[]>();
  for (const edge of scene.edges) {
    if (edge.from !== id) continue;
    const queue = edge.queue === undefined ? undefined : queues.get(edge.queue);
    if (queue !== undefined) {
      queue.push(edge);
      continue;
    }
    const lane = [edge];
    lanes.push(lane);
    if (edge.queue !== undefined) queues.set(edge.queue, lane);
  }
  return lanes;
}
