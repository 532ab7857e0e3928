import type { Timer } from "@millrace/api";
import type { NodeState } from "./node-state.ts";

/**
 * Nodes that lead to each other. None of their senders ends first, so their inputs end when everything outside that leads
 * here has ended and nothing moves inside: one node after the other, so that what the first flushes still finds the rest.
 */
export class Loop {
  readonly nodes: NodeState[] = [];
  private readonly graceMs: number;
  private flushed = false;
  private timer: Timer | undefined = undefined;

  constructor(graceMs: number) {
    this.graceMs = graceMs;
  }

  /** Something inside has changed. */
  check(): void {
    const alive = this.nodes.filter((node) => node.phase === "running");
    if (alive.length === 0 || this.nodes.some((node) => node.openSenders > 0) || !alive.every((node) => node.input.idle) || !this.empty()) {
      this.moved();
      return;
    }
    if (alive.every((node) => node.held.size === 0)) {
      this.moved();
      this.endNext(alive);
    } else if (!this.flushed) {
      this.flushed = true;
      for (const node of alive) node.flush();
      this.check();
    } else if (this.timer === undefined && this.graceMs >= 0) {
      // Who still holds a batch after it was told to flush has this long to let it go.
      this.timer = (alive[0] as NodeState).clock.after(this.graceMs, () => {
        this.timer = undefined;
        this.endNext(alive.filter((node) => node.phase === "running"));
      });
    }
  }

  private moved(): void {
    this.flushed = false;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private endNext(alive: readonly NodeState[]): void {
    const first = alive.find((node) => !node.inputOver);
    if (first === undefined) return;
    first.inputOver = true;
    first.input.wake();
  }

  private empty(): boolean {
    return this.nodes.every((node) => node.inputQuiet());
  }
}

/** Tells the nodes of each cycle: of a strongly connected part of more than one node, or a node that leads to itself. */
export function findLoops(nodes: readonly NodeState[], graceMs: number): void {
  const next = (node: NodeState): readonly NodeState[] => node.sender.channels.map((channel) => channel.reader);
  const reach = new Map(nodes.map((node) => [node, reachable(node, next)]));
  for (const node of nodes) {
    if (node.loop !== undefined || !reach.get(node)?.has(node)) continue;
    const loop = new Loop(graceMs);
    for (const other of nodes) {
      if (!reach.get(node)?.has(other) || !reach.get(other)?.has(node)) continue;
      other.loop = loop;
      loop.nodes.push(other);
    }
  }
}

function reachable(from: NodeState, next: (node: NodeState) => readonly NodeState[]): Set<NodeState> {
  const seen = new Set<NodeState>();
  const open = [...next(from)];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...next(node));
  }
  return seen;
}
