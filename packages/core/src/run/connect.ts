import { type EdgeSpec, MillraceError } from "@millrace/api";
import { Channel } from "../channel/channel.ts";
import { Deque } from "../channel/deque.ts";
import type { Graph } from "../graph.ts";
import { findLoops } from "./loop.ts";
import { NodeState, type NodeSurroundings } from "./node-state.ts";

/** A lane while it is being laid. */
interface OpenLane {
  readonly channels: Channel[];
  turn: number;
}

/** Makes the nodes of a graph, and the channels between them. `graceMs`: how long a cycle waits for those who hold batches. */
export function connect(graph: Graph, surroundings: NodeSurroundings, graceMs: number): NodeState[] {
  const nodes = graph.nodes.map((node) => new NodeState(node, !graph.edges.some((edge) => edge.to === node.id), surroundings));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const queues = new Map<string, OpenLane>();
  for (const edge of graph.edges) {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    if (from === undefined || to === undefined) throw new MillraceError("MILLRACE_RUN_EDGE", `the edge from '${edge.from}' to '${edge.to}' misses a node`);
    const lane = laneOf(queues, edge.spec, from);
    const channel = new Channel(edge, from, to, lane.channels[0]?.waiting ?? new Deque());
    lane.channels.push(channel);
    from.sender.channels.push(channel);
    to.input.channels.push(channel);
  }
  findLoops(
    nodes,
    () => {
      for (const node of nodes) node.flush();
    },
    graceMs,
  );
  for (const node of nodes) {
    node.openAccount();
    node.sender.connect();
    node.openSenders = node.input.channels.filter((channel) => node.loop === undefined || channel.sender.loop !== node.loop).length;
  }
  return nodes;
}

/** The lane of an edge: its own, or that of the queue in which it competes. */
function laneOf(queues: Map<string, OpenLane>, spec: EdgeSpec, from: NodeState): OpenLane {
  const key = spec.queue === undefined ? undefined : JSON.stringify([from.id, spec.queue]);
  const known = key === undefined ? undefined : queues.get(key);
  if (known !== undefined) return known;
  const lane: OpenLane = { channels: [], turn: 0 };
  if (key !== undefined) queues.set(key, lane);
  from.sender.lanes.push(lane);
  return lane;
}
