import type { Timer } from "@millrace/api";
import type { NodeState } from "./node-state.ts";

/** How often those who hold batches are told to flush while a cycle waits for them, and how long it waits at the least. */
const FLUSH_EVERY_MS = 100;
const PATIENCE_MS = 5000;

/**
 * Nodes that lead to each other. None of their senders ends first, so their inputs end when everything outside that leads
 * here has ended, nothing moves inside, and nothing that was sent from here is in flight: one node after the other, so that
 * what the first flushes still finds the rest.
 */
export class Loop {
  readonly nodes: NodeState[] = [];
  private readonly flushAll: () => void;
  private readonly graceMs: number;
  private quietSince: number | undefined = undefined;
  private timer: Timer | undefined = undefined;
  private confirming = false;

  /** `flushAll` tells everybody who holds batches to let them go; `graceMs` is how long the cycle waits for that. */
  constructor(flushAll: () => void, graceMs: number) {
    this.flushAll = flushAll;
    this.graceMs = graceMs < 0 ? graceMs : Math.max(graceMs, PATIENCE_MS);
  }

  /** Something inside has changed. */
  check(confirmed = false): void {
    const alive = this.nodes.filter((node) => !node.atEnd);
    const quiet = alive.length > 0 && alive.every((node) => node.input.idle) && this.nodes.every((node) => node.openSenders === 0 && node.inputQuiet());
    if (!quiet) {
      this.quietSince = undefined;
      this.timer?.cancel();
      this.timer = undefined;
    } else if (this.nodes.some((node) => node.held.size > 0 || node.inFlight > 0)) {
      if (this.timer === undefined) this.waitForHolders(alive);
    } else if (confirmed) this.endNext(alive);
    else this.confirm();
  }

  /** All is quiet, but somebody may just have heard how a batch of its own ended, and be about to send another: looks again then. */
  private confirm(): void {
    if (this.confirming) return;
    this.confirming = true;
    setImmediate(() => {
      this.confirming = false;
      this.check(true);
    });
  }

  /** Nothing moves, but somebody has a batch: whoever holds it is told to flush, again and again for a while. */
  private waitForHolders(alive: readonly NodeState[]): void {
    const { clock } = alive[0] as NodeState;
    this.quietSince ??= clock.monotonic();
    if (this.graceMs >= 0 && clock.monotonic() - this.quietSince >= this.graceMs) {
      this.endNext(alive);
      return;
    }
    this.timer = clock.after(FLUSH_EVERY_MS, () => {
      this.timer = undefined;
      this.check();
    });
    this.flushAll();
  }

  private endNext(alive: readonly NodeState[]): void {
    const first = alive.find((node) => !node.inputOver);
    if (first === undefined) return;
    first.inputOver = true;
    first.input.wake();
  }
}

/** Tells the nodes of each cycle: of a strongly connected part of more than one node, or a node that leads to itself. */
export function findLoops(nodes: readonly NodeState[], flushAll: () => void, graceMs: number): void {
  const next = (node: NodeState): readonly NodeState[] => node.sender.channels.map((channel) => channel.reader);
  const reach = new Map(nodes.map((node) => [node, reachable(node, next)]));
  for (const node of nodes) {
    if (node.loop !== undefined || !reach.get(node)?.has(node)) continue;
    const loop = new Loop(flushAll, graceMs);
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
