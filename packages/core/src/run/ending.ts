import { setMaxListeners } from "node:events";
import type { Clock } from "@millrace/api";
import { MillraceError } from "@millrace/api";
import type { IdleWatch } from "./idle-watch.ts";
import type { NodeState } from "./node-state.ts";
import type { RunState } from "./run.ts";

/** The grace time, where none is given. */
export const GRACE_MS = 5000;
/** How long nodes have to return after the signal: when the grace time is over, and when the run is aborted. */
export const STRAGGLER_MS = 1000;
export const ABORT_MS = 100;
/** How many errors a result keeps. */
const MOST_ERRORS = 100;

/** What comes to an end. */
export interface Endable {
  state: RunState;
  readonly clock: Clock;
  readonly nodes: readonly NodeState[];
  readonly idle: IdleWatch;
  /** Nodes whose run has not returned. */
  readonly alive: Set<NodeState>;
  /** Something may have come to its end that the run waits for. */
  settledDown(): void;
}

/** How a run ends before its time: in good order within the grace time, where it is drained or has failed; or at once. */
export class Ending {
  /** Aborted when nothing new is to be taken in. */
  readonly draining: AbortController = new AbortController();
  /** Aborted when nothing moves any more. */
  readonly signal: AbortController = new AbortController();
  readonly graceMs: number;
  readonly errors: MillraceError[] = [];
  /** Nodes that did not return in time. */
  readonly leftBehind: string[] = [];
  readonly whenAborted: Promise<void>;
  reason: string | undefined = undefined;
  failed = false;
  /** Whether something was under way when the grace time was over. */
  cutOff = false;
  aborted = false;
  /** Why nothing moves any more. */
  closed: MillraceError | undefined = undefined;
  /** Whether all is done, cleaning up included. */
  over = false;
  private readonly run: Endable;
  private abortNow: () => void = () => undefined;

  constructor(run: Endable, graceMs: number) {
    this.run = run;
    this.graceMs = graceMs;
    // As many instances as there are may wait for these: that is no leak.
    setMaxListeners(0, this.draining.signal, this.signal.signal);
    this.whenAborted = new Promise((resolve) => {
      this.abortNow = resolve;
    });
  }

  drain(reason: string): void {
    if (this.draining.signal.aborted || this.closed !== undefined) return;
    this.reason = reason;
    this.takeNothingNew();
  }

  abort(reason: string): void {
    if (this.aborted || this.over) return;
    this.aborted = true;
    this.reason = reason;
    this.draining.abort();
    this.close(new MillraceError("MILLRACE_RUN_ABORTED", `the run was aborted: ${reason}`));
    this.abortNow();
    this.leaveBehindAfter(ABORT_MS);
  }

  /** Ends the run with an error, in good order as far as that goes. */
  fail(error: MillraceError): void {
    this.keep(error);
    if (this.failed || this.over) return;
    this.failed = true;
    this.takeNothingNew();
  }

  /** Lets nothing through any more. What is queued is lost; what a node has open it may still finish. */
  close(cause: MillraceError): void {
    if (this.closed !== undefined) return;
    this.closed = cause;
    const { run } = this;
    if (run.state === "running" || run.state === "draining") run.state = "closing";
    run.idle.stop();
    this.signal.abort(cause);
    for (const node of run.nodes) node.inputOver = true;
    for (const node of run.nodes) {
      for (const channel of node.input.channels) channel.kill(() => cause);
      node.account?.open();
    }
    for (const node of run.nodes) node.input.wake();
    run.settledDown();
  }

  keep(error: MillraceError): void {
    if (this.errors.length < MOST_ERRORS) this.errors.push(error);
  }

  /** The grace time where something has to end: for ever is not meant for what has failed. */
  endGrace(): number {
    return this.graceMs < 0 && this.failed ? GRACE_MS : this.graceMs;
  }

  private takeNothingNew(): void {
    const { run } = this;
    if (!this.draining.signal.aborted) {
      if (run.state !== "new") run.state = "draining";
      this.draining.abort();
      for (const node of run.nodes) for (const channel of node.input.channels) channel.hurry();
      run.idle.flushAll();
      if (this.graceMs >= 0 || this.failed) this.closeAfterGrace();
    } else if (this.failed && this.graceMs < 0) this.closeAfterGrace();
  }

  private closeAfterGrace(): void {
    const grace = this.endGrace();
    this.run.clock.after(grace, () => {
      if (this.closed !== undefined) return;
      this.cutOff = this.run.nodes.some((node) => node.inFlight > 0);
      this.close(new MillraceError("MILLRACE_RUN_GRACE", `the grace time of ${grace} ms is over`));
      this.leaveBehindAfter(STRAGGLER_MS);
    });
  }

  private leaveBehindAfter(ms: number): void {
    this.run.clock.after(ms, () => {
      for (const node of this.run.alive) this.leftBehind.push(node.id);
      this.run.alive.clear();
      this.run.settledDown();
    });
  }
}
