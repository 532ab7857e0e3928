import type { Clock, Timer } from "@millrace/api";
import type { Settler } from "../settlement/settler.ts";
import type { NodeState } from "./node-state.ts";

/** How long nothing may be settled, while somebody waits for it, before holders are told to flush. */
const STALLED_MS = 100;

/**
 * Tells those who hold batches to flush them when somebody waits for that: a source that has used up its credit, or, once
 * all sources have ended, the run. At once when every reader waits for something to read, and otherwise when nothing
 * has been settled for a while.
 */
export class IdleWatch {
  private readonly clock: Clock;
  private readonly settler: Settler;
  private readonly nodes: readonly NodeState[];
  /** Running nodes that have something to read, or are at work on it. */
  private busy = 0;
  /** Whether holders have been told since all became idle. */
  private told = false;
  private sourcesOver = false;
  private timer: Timer | undefined = undefined;
  private stopped = false;

  constructor(clock: Clock, settler: Settler, nodes: readonly NodeState[]) {
    this.clock = clock;
    this.settler = settler;
    this.nodes = nodes;
  }

  /** A reader is at work: it has begun, or found something to read. */
  working(): void {
    this.busy += 1;
    this.told = false;
  }

  /** A reader waits for something to read, or there is nothing more to read, or it has ended. */
  resting(): void {
    this.busy -= 1;
    this.check();
  }

  /** A source waits for credit. */
  exhausted(): void {
    this.check();
    this.arm();
  }

  /** The last source has ended. */
  sourcesEnded(): void {
    this.sourcesOver = true;
    this.check();
    this.arm();
  }

  flushAll(): void {
    for (const node of this.nodes) node.flush();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private awaited(): boolean {
    return this.sourcesOver || this.nodes.some((node) => node.account?.exhausted);
  }

  private check(): void {
    if (this.busy > 0 || this.told || this.stopped || !this.awaited()) return;
    this.told = true;
    // Not from within the call that made it idle: a flush sends, and that call may still be about to.
    queueMicrotask(() => {
      if (!this.stopped) this.flushAll();
    });
  }

  private arm(): void {
    if (this.timer !== undefined || this.stopped) return;
    const { settled } = this.settler;
    this.timer = this.clock.after(STALLED_MS, () => {
      this.timer = undefined;
      if (this.stopped || !this.awaited()) return;
      if (this.settler.settled === settled) this.flushAll();
      this.arm();
    });
  }
}
