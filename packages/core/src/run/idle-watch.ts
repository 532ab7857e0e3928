import type { Clock } from "@millrace/api";
import type { NodeState } from "./node-state.ts";

/** How often holders are told to flush while a source waits for credit, gets none, and something else keeps the run busy. */
const STARVED_MS = 100;

/**
 * Tells those who hold batches to flush them when a source has used up its credit: at once when every reader waits for
 * something to read, and otherwise when no credit has come back for a while.
 */
export class IdleWatch {
  private readonly clock: Clock;
  private readonly nodes: readonly NodeState[];
  /** Running nodes with an input that are not waiting for it. */
  private busy = 0;
  /** Whether holders have been told since all became idle. */
  private told = false;
  private readonly starving: Set<NodeState> = new Set();
  private stopped = false;

  constructor(clock: Clock, nodes: readonly NodeState[]) {
    this.clock = clock;
    this.nodes = nodes;
  }

  /** A reader is at work: it has begun, or found something to read. */
  working(): void {
    this.busy += 1;
    this.told = false;
  }

  /** A reader waits for something to read, or has ended. */
  resting(): void {
    this.busy -= 1;
    this.check();
  }

  /** A source waits for credit. */
  exhausted(node: NodeState): void {
    this.check();
    if (this.starving.has(node)) return;
    this.starving.add(node);
    this.watch(node);
  }

  flushAll(): void {
    for (const node of this.nodes) node.flush();
  }

  stop(): void {
    this.stopped = true;
  }

  private check(): void {
    if (this.busy > 0 || this.told || this.stopped || !this.nodes.some((node) => node.account?.exhausted)) return;
    this.told = true;
    // Not from within the call that made it idle: a flush sends, and that call may still be about to.
    queueMicrotask(() => {
      if (!this.stopped) this.flushAll();
    });
  }

  private watch(node: NodeState): void {
    const returned = node.account?.returned;
    this.clock.after(STARVED_MS, () => {
      if (this.stopped || !node.account?.exhausted) {
        this.starving.delete(node);
        return;
      }
      if (node.account.returned === returned) this.flushAll();
      this.watch(node);
    });
  }
}
