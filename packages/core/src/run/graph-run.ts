import { MillraceError } from "@millrace/api";
import type { Graph } from "../graph.ts";
import type { Host } from "../host.ts";
import { Settler } from "../settlement/settler.ts";
import type { Shipment } from "../settlement/shipment.ts";
import { cleanUp } from "./cleanup.ts";
import { connect } from "./connect.ts";
import { contextOf } from "./context.ts";
import { within } from "./deadline.ts";
import { ABORT_MS, type Endable, Ending, GRACE_MS, STRAGGLER_MS } from "./ending.ts";
import { messageOf, nodeError } from "./errors.ts";
import { IdleWatch } from "./idle-watch.ts";
import { LostAtSource } from "./lost-at-source.ts";
import type { NodeState, NodeSurroundings } from "./node-state.ts";
import type { RunOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { makeReady } from "./readiness.ts";
import { type RunResult, talliesOf } from "./result.ts";
import type { Run, RunState } from "./run.ts";
import type { NodeStats } from "./stats.ts";

const HEALTH_MS = 10_000;

/** The life of a graph: register, init, test, run, drain, cleanup. */
export class GraphRun implements Run, NodeSurroundings, Endable {
  state: RunState = "new";
  readonly clock: Host["clock"];
  readonly settler: Settler = new Settler();
  readonly pace: Pace;
  readonly guard: RunOptions["guard"];
  private readonly graph: Graph;
  private readonly host: Host;
  private readonly keepsAlive: boolean;
  /** In the order of the graph: sources first. */
  readonly nodes: readonly NodeState[];
  readonly idle: IdleWatch;
  /** Nodes whose run has not returned. */
  readonly alive: Set<NodeState> = new Set();
  private readonly ending: Ending;
  private readonly lost: LostAtSource;
  private tested: Promise<void> | undefined = undefined;
  private result: Promise<RunResult> | undefined = undefined;
  /** Called when something may have come to its end that the run waits for. */
  private wake: () => void = () => undefined;

  constructor(graph: Graph, host: Host, options: RunOptions) {
    this.graph = graph;
    this.host = host;
    this.clock = host.clock;
    this.guard = options.guard;
    this.keepsAlive = options.keepAlive ?? true;
    this.pace = new Pace(host.clock);
    this.ending = new Ending(this, graph.service.graceMs ?? GRACE_MS);
    this.nodes = connect(graph, this, this.ending.graceMs);
    this.idle = new IdleWatch(host.clock, this.settler, this.nodes);
    this.lost = new LostAtSource(
      host,
      options.deadLetter,
      (error) => this.ending.fail(error),
      () => this.settledDown(),
    );
  }

  stats(): NodeStats[] {
    return this.nodes.map((node) => node.stats());
  }

  test(): Promise<void> {
    this.tested ??= this.keepingAlive(() => this.makeReady());
    return this.tested;
  }

  start(): Promise<RunResult> {
    this.result ??= this.keepingAlive(() => this.runToEnd());
    return this.result;
  }

  drain(reason: string): void {
    this.ending.drain(reason);
  }

  abort(reason: string): void {
    this.ending.abort(reason);
  }

  // ------------------------------------------------------------------------------------------------------- its stages

  private async makeReady(): Promise<void> {
    this.state = this.ending.draining.signal.aborted ? "draining" : "testing";
    try {
      await makeReady({
        clock: this.clock,
        nodes: this.sinksFirst(),
        healthMs: this.graph.service.healthMs ?? HEALTH_MS,
        gone: this.ending.whenAborted,
        contextOf: (node) => contextOf(node, this.host, this.graph.service, this.ending.draining.signal, this.ending.signal.signal),
      });
      if (this.state === "testing") this.state = "ready";
    } catch (cause) {
      this.ending.close(cause as MillraceError);
      for (const error of await this.cleanUp(this.sinksFirst())) this.log().error(error.message);
      this.ending.over = true;
      this.state = this.ending.aborted ? "aborted" : "failed";
      throw cause;
    }
  }

  private async runToEnd(): Promise<RunResult> {
    await this.test();
    if (this.state === "ready") this.state = "running";
    if (this.ending.closed === undefined) await this.runNodes();
    await this.lastHolds();
    this.ending.close(new MillraceError("MILLRACE_RUN_ENDED", "the run has ended"));
    return this.closeNodes();
  }

  private async runNodes(): Promise<void> {
    for (const node of this.nodes) this.alive.add(node);
    for (const node of this.sinksFirst()) {
      if (!node.isSource) this.idle.working();
      void this.runNode(node);
    }
    await this.waitUntil(() => this.alive.size === 0);
  }

  private async runNode(node: NodeState): Promise<void> {
    node.phase = "running";
    try {
      await node.run();
      this.nodeEnded(node, undefined);
    } catch (cause) {
      this.nodeEnded(node, { cause });
    }
  }

  private nodeEnded(node: NodeState, thrown: { readonly cause: unknown } | undefined): void {
    if (!this.alive.delete(node)) return;
    node.phase = thrown === undefined ? "ended" : "failed";
    if (thrown !== undefined) node.loseOpen(this.nodeFailed(node, thrown.cause));
    node.input.closeCurrent();
    // Most nodes leave nothing behind, and an error is dear to make.
    let cause = this.ending.closed ?? thrown?.cause;
    const why = (): unknown => (cause ??= new MillraceError("MILLRACE_RUN_NODE_ENDED", `node '${node.id}' ended before it took the batch`));
    for (const channel of node.input.channels) channel.kill(why);
    if (!node.isSource && !node.input.resting) this.idle.resting();
    if (node.isSource && !this.nodes.some((other) => other.isSource && !other.atEnd)) this.idle.sourcesEnded();
    for (const { reader, sender } of node.sender.channels) {
      if (reader.loop === undefined || reader.loop !== sender.loop) reader.openSenders -= 1;
      reader.input.wake();
      reader.loop?.check();
    }
    node.loop?.check();
    this.settledDown();
  }

  /** Every node has ended: some may still hold batches, or have some under way to a dead letter. */
  private async lastHolds(): Promise<void> {
    const settled = (): boolean =>
      this.ending.closed !== undefined || (this.lost.writing === 0 && this.nodes.every((node) => node.inFlight === 0 && node.held.size === 0));
    if (settled()) return;
    this.idle.flushAll();
    // A drain has its own deadline. A run that ends by itself is in no hurry, but does not wait for ever.
    const limit = this.ending.draining.signal.aborted || this.ending.graceMs < 0 ? -1 : Math.max(this.ending.graceMs, GRACE_MS);
    await within(this.clock, limit, () => this.waitUntil(settled));
  }

  private async closeNodes(): Promise<RunResult> {
    const sinksFirst = this.sinksFirst();
    await this.cleanUpAndTell(sinksFirst.filter((node) => !node.isSource));
    for (const node of this.nodes) node.loseOpen(this.ending.closed);
    await within(this.clock, this.ending.endGrace(), () => this.waitUntil(() => this.lost.writing === 0), this.ending.whenAborted);
    await this.cleanUpAndTell(sinksFirst.filter((node) => node.isSource));
    this.ending.over = true;
    const state = this.ending.failed ? "failed" : this.ending.aborted ? "aborted" : this.ending.draining.signal.aborted ? "drained" : "finished";
    this.state = state;
    const { reason, cutOff, leftBehind, errors } = this.ending;
    return { state, reason, error: errors[0], errors: [...errors], ...talliesOf(this.nodes), cutOff, leftBehind: [...leftBehind] };
  }

  private async cleanUpAndTell(nodes: readonly NodeState[]): Promise<void> {
    for (const error of await this.cleanUp(nodes)) {
      this.ending.keep(error);
      if (!this.ending.aborted) this.ending.failed = true;
    }
  }

  private cleanUp(nodes: readonly NodeState[]): Promise<MillraceError[]> {
    const grace = this.ending.endGrace();
    const limit = this.ending.aborted ? ABORT_MS : grace < 0 ? grace : Math.max(grace, STRAGGLER_MS);
    const gone = this.ending.aborted ? undefined : this.ending.whenAborted.then(() => this.clock.sleep(ABORT_MS));
    return cleanUp(nodes, this.clock, limit, gone);
  }

  // -------------------------------------------------------------------------------------------- what nodes tell the run

  closedBy(): MillraceError | undefined {
    return this.ending.closed;
  }

  nodeIdle(node: NodeState): void {
    if (!node.isSource) this.idle.resting();
    node.loop?.check();
  }

  nodeBusy(node: NodeState): void {
    if (!node.isSource) this.idle.working();
  }

  creditExhausted(): void {
    this.idle.exhausted();
  }

  nodeFailed(node: NodeState, cause: unknown): MillraceError {
    node.counters.errors += 1;
    const error = nodeError("MILLRACE_RUN_NODE", node, messageOf(cause), cause);
    // After the signal nodes break off what they do, and many do so by an error.
    if (this.ending.closed !== undefined) {
      if (cause !== this.ending.closed && !this.ending.over) this.log().debug(error.message);
    } else if (node.phase === "ended") this.log().error(error.message);
    else this.ending.fail(error);
    return error;
  }

  nodeMisused(node: NodeState, what: string): void {
    if (this.ending.closed !== undefined) return;
    node.counters.errors += 1;
    if (node.counters.errors === 1) this.log().warn(`node '${node.id}' ${what}`);
  }

  lostAtSource(node: NodeState, shipment: Shipment, cause: unknown, advance: () => void): void {
    // What is lost because the run ends is read again after the next start: its place stays where it is.
    if (this.ending.failed || this.ending.closed !== undefined) return;
    this.lost.handle(node, shipment, cause, advance);
  }

  settledDown(): void {
    this.wake();
  }

  // -------------------------------------------------------------------------------------------------------------- help

  private waitUntil(what: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        if (what()) resolve();
      };
      this.wake();
    });
  }

  private sinksFirst(): readonly NodeState[] {
    return this.nodes.toReversed();
  }

  private log(): ReturnType<Host["logger"]> {
    return this.host.logger("pipeline");
  }

  /** Timers of the clock don't keep the process alive, so something has to as long as the run goes on. */
  private async keepingAlive<T>(work: () => Promise<T>): Promise<T> {
    const timer = this.keepsAlive ? setInterval(() => undefined, 1 << 30) : undefined;
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }
}
