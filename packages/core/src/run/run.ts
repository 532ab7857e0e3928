import { type Diagnostic, type EdgeSpec, isMillraceError, MillraceError } from "@millrace/api";
import { Channel } from "../channel/channel.ts";
import { Deque } from "../channel/deque.ts";
import type { Lane } from "../channel/sender.ts";
import type { Graph } from "../graph.ts";
import type { Host } from "../host.ts";
import { Settler } from "../settlement/settler.ts";
import type { Shipment } from "../settlement/shipment.ts";
import { contextOf } from "./context.ts";
import { appendDeadLetter } from "./dead-letter.ts";
import { within } from "./deadline.ts";
import { findLoops } from "./loop.ts";
import { NodeState, type NodeSurroundings } from "./node-state.ts";
import type { RunOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import type { NodeStats } from "./stats.ts";

/** Where a run stands. `finished`: its sources had no more. */
export type RunState = "new" | "testing" | "ready" | "running" | "draining" | "closing" | "finished" | "drained" | "failed" | "aborted";

/** How much came to an end in one way. */
export interface Tally {
  readonly batches: number;
  readonly records: number;
}

/** How a run ended. */
export interface RunResult {
  readonly state: "finished" | "drained" | "failed" | "aborted";
  /** Why it was drained or aborted. */
  readonly reason: string | undefined;
  /** The first error: it names the node. */
  readonly error: MillraceError | undefined;
  /** Every error, in the order in which they came, those of cleaning up included. */
  readonly errors: readonly MillraceError[];
  /** What became of the batches that the sources sent. */
  readonly done: Tally;
  readonly refused: Tally;
  readonly lost: Tally;
  /** Nodes that did not end in time and were left behind. */
  readonly leftBehind: readonly string[];
}

/** A graph at work. */
export interface Run {
  readonly state: RunState;
  /**
   * Makes the nodes, opens them (sinks first) and asks for their health. Throws a {@link MillraceError} that names every node that
   * is not well; everything is cleaned up then.
   */
  test(): Promise<void>;
  /** Runs until the end, after {@link Run.test} if that has not been called. Resolves however the run ends, and throws only as `test` does. */
  start(): Promise<RunResult>;
  /** Takes nothing new, and ends when everything is settled or the grace time is over. */
  drain(reason: string): void;
  /** Ends now: what is in flight is lost, and sources keep their positions. */
  abort(reason: string): void;
  /** The numbers of every node, in the order of the graph. */
  stats(): NodeStats[];
}

/** Makes a run of a graph. Nothing is started. */
export function createRun(graph: Graph, host: Host, options: RunOptions = {}): Run {
  return new GraphRun(graph, host, options);
}

const GRACE_MS = 5000;
const HEALTH_MS = 10_000;
/** How long nodes have to return after the signal, when the grace time is over and when the run is aborted. */
const STRAGGLER_MS = 1000;
const ABORT_MS = 100;
/** How often holders are told to flush while a source waits for credit and something else keeps the run busy. */
const STARVED_MS = 100;

class GraphRun implements Run, NodeSurroundings {
  state: RunState = "new";
  readonly clock: Host["clock"];
  readonly settler: Settler = new Settler();
  readonly pace: Pace;
  readonly guard: RunOptions["guard"];
  private readonly graph: Graph;
  private readonly host: Host;
  private readonly options: RunOptions;
  private readonly nodes: NodeState[];
  private readonly draining = new AbortController();
  private readonly signal = new AbortController();
  private readonly graceMs: number;
  private readonly errors: MillraceError[] = [];
  private readonly leftBehind: string[] = [];
  private reason: string | undefined;
  private failed = false;
  private aborted = false;
  private closed: MillraceError | undefined;
  /** Nodes with an input that are at work: 0 says that all is idle. */
  private busy = 0;
  private flushedIdle = false;
  private tested: Promise<void> | undefined;
  private result: Promise<RunResult> | undefined;
  private readonly alive: Set<NodeState> = new Set();
  private allEnded: () => void = () => undefined;
  private readonly gone: Promise<void>;
  private goneNow: () => void = () => undefined;

  constructor(graph: Graph, host: Host, options: RunOptions) {
    this.graph = graph;
    this.host = host;
    this.options = options;
    this.clock = host.clock;
    this.guard = options.guard;
    this.pace = new Pace(host.clock);
    this.graceMs = graph.service.graceMs ?? GRACE_MS;
    this.gone = new Promise((resolve) => { this.goneNow = resolve; });
    this.nodes = graph.nodes.map((node) => new NodeState(node, !graph.edges.some((edge) => edge.to === node.id), this));
    this.connect();
    findLoops(this.nodes, this.graceMs);
    for (const node of this.nodes) {
      node.openSenders = node.input.channels.filter((channel) => node.loop === undefined || channel.sender.loop !== node.loop).length;
    }
  }

  private connect(): void {
    const byId = new Map(this.nodes.map((node) => [node.id, node]));
    const queues = new Map<string, Lane & { channels: Channel[] }>();
    for (const edge of this.graph.edges) {
      const from = byId.get(edge.from);
      const to = byId.get(edge.to);
      if (from === undefined || to === undefined) throw new MillraceError("MILLRACE_RUN_EDGE", `the edge from '${edge.from}' to '${edge.to}' leads nowhere`);
      const lane = laneOf(queues, edge.spec, from);
      const channel = new Channel(edge, from, to, lane.channels[0]?.waiting ?? new Deque());
      lane.channels.push(channel);
      from.sender.channels.push(channel);
      to.input.channels.push(channel);
    }
    for (const node of this.nodes) node.sender.connect();
  }

  // ------------------------------------------------------------------------------------------------------------ before

  test(): Promise<void> {
    this.tested ??= this.makeReady();
    return this.tested;
  }

  private async makeReady(): Promise<void> {
    const release = this.keepAlive();
    this.state = "testing";
    try {
      for (const node of this.sinksFirst()) await this.make(node);
      for (const node of this.sinksFirst()) await this.init(node);
      await this.checkHealth();
      if (this.state === "testing") this.state = "ready";
    } catch (cause) {
      this.fail(cause as MillraceError);
      this.close(cause as MillraceError);
      await this.cleanup(this.sinksFirst());
      this.state = this.aborted ? "aborted" : "failed";
      throw cause;
    } finally {
      release();
    }
  }

  private async make(node: NodeState): Promise<void> {
    const { graph } = node;
    const { node: create } = graph.plugin;
    if (create === undefined) throw new MillraceError("MILLRACE_RUN_HOSTED", `node '${node.id}': plugin '${graph.plugin.name}' lives inside another plugin and can't run by itself`);
    const onFlush = (callback: () => void): void => void node.flushers.push(callback);
    const context = contextOf(graph, this.host, this.graph.service, this.draining.signal, this.signal.signal, onFlush);
    const made = await within(this.clock, -1, () => create(graph.options as never, context), this.gone);
    if (made.state === "done") node.instance = made.value;
    else throw this.notReady(node, "MILLRACE_RUN_CREATE", "could not be made", made);
  }

  private async init(node: NodeState): Promise<void> {
    const waited = await within(this.clock, -1, () => node.instance?.init?.(), this.gone);
    if (waited.state !== "done") throw this.notReady(node, "MILLRACE_RUN_INIT", "could not be opened", waited);
    node.phase = "ready";
  }

  private notReady(node: NodeState, code: string, what: string, waited: { readonly state: string; readonly cause?: unknown }): MillraceError {
    if (waited.state === "late") return new MillraceError("MILLRACE_RUN_ABORTED", `the run was aborted before node '${node.id}' was ready: ${this.reason ?? ""}`);
    return nodeError(code, node, `${what}: ${messageOf(waited.cause)}`, waited.cause);
  }

  private async checkHealth(): Promise<void> {
    const limit = this.graph.service.healthMs ?? HEALTH_MS;
    const findings = await Promise.all(this.nodes.map((node) => this.healthOf(node, limit)));
    const bad = findings.filter((finding) => finding !== undefined);
    const first = bad[0];
    if (first === undefined) return;
    const names = bad.map(({ node }) => `'${node.id}'`).join(", ");
    const [message, cause] = bad.length === 1
      ? [`node ${names}: ${first.diagnostic.message}`, first.diagnostic.cause]
      : [`the health checks of ${names} failed`, undefined];
    throw new MillraceError("MILLRACE_RUN_HEALTH", message, {
      cause,
      diagnostics: bad.map(({ diagnostic }) => diagnostic),
      ...(first.diagnostic.place !== undefined && { place: first.diagnostic.place }),
    });
  }

  private async healthOf(node: NodeState, limit: number): Promise<{ readonly node: NodeState; readonly diagnostic: Diagnostic } | undefined> {
    if (node.instance?.test === undefined) return undefined;
    const waited = await within(this.clock, limit, () => node.instance?.test?.(), this.gone);
    if (waited.state === "done" && waited.value !== false) return undefined;
    const message = waited.state === "done"
      ? "the health check failed"
      : waited.state === "late"
        ? `the health check gave no answer within ${limit} ms`
        : `the health check failed: ${messageOf(waited.cause)}`;
    const { place } = node.graph.spec;
    return {
      node,
      diagnostic: {
        severity: "error",
        code: "MILLRACE_RUN_HEALTH",
        message,
        ...(place !== undefined && { place }),
        ...(waited.state === "failed" && { cause: waited.cause }),
      },
    };
  }

  // ------------------------------------------------------------------------------------------------------------ running

  start(): Promise<RunResult> {
    this.result ??= this.runToEnd();
    return this.result;
  }

  private async runToEnd(): Promise<RunResult> {
    const release = this.keepAlive();
    try {
      await this.test();
      if (!this.aborted) {
        if (this.state === "ready") this.state = "running";
        const ended = new Promise<void>((resolve) => { this.allEnded = resolve; });
        this.busy = this.nodes.length;
        for (const node of this.nodes) this.alive.add(node);
        for (const node of this.sinksFirst()) void this.runNode(node);
        await ended;
      }
      return await this.finish();
    } finally {
      release();
    }
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
    const ownFault = thrown !== undefined && !(this.closed !== undefined && thrown.cause === this.closed);
    node.phase = ownFault ? "failed" : "ended";
    if (ownFault) {
      const error = this.nodeFailed(node, thrown.cause);
      node.loseOpen(error);
      this.killInput(node, error);
    } else {
      node.input.closeCurrent();
      this.killInput(node, this.closed ?? new MillraceError("MILLRACE_RUN_NODE_ENDED", `node '${node.id}' ended before it took the batch`));
    }
    if (!node.input.idle) this.busy -= 1;
    for (const channel of node.sender.channels) this.senderEnded(channel);
    this.alive.delete(node);
    node.loop?.check();
    this.checkIdle();
    if (this.alive.size === 0) this.settledDown(node);
  }

  private killInput(node: NodeState, cause: MillraceError): void {
    for (const channel of node.input.channels) channel.kill(cause);
  }

  private senderEnded(channel: Channel): void {
    const { reader } = channel;
    if (reader.loop === undefined || reader.loop !== channel.sender.loop) reader.openSenders -= 1;
    reader.input.wake();
    reader.loop?.check();
  }

  // ------------------------------------------------------------------------------------------- what nodes tell the run

  closing(): boolean {
    return this.failed || this.aborted || this.closed !== undefined;
  }

  closedBy(): MillraceError | undefined {
    return this.closed;
  }

  nodeIdle(node: NodeState): void {
    this.busy -= 1;
    node.loop?.check();
    this.checkIdle();
  }

  nodeBusy(_node: NodeState): void {
    this.busy += 1;
    this.flushedIdle = false;
  }

  creditExhausted(node: NodeState): void {
    this.checkIdle();
    this.clock.after(STARVED_MS, () => {
      if (!node.account?.exhausted || this.closed !== undefined) return;
      this.flushAll();
      this.creditExhausted(node);
    });
  }

  nodeFailed(node: NodeState, cause: unknown): MillraceError {
    node.counters.errors += 1;
    const error = nodeError("MILLRACE_RUN_NODE", node, messageOf(cause), cause);
    this.fail(error);
    return error;
  }

  lostAtSource(node: NodeState, shipment: Shipment, cause: unknown, advance: () => void): void {
    if (this.closing()) return;
    const { records } = shipment.data;
    const what = `${records} ${records === 1 ? "record" : "records"} of node '${node.id}' ${records === 1 ? "was" : "were"} lost: ${messageOf(cause)}`;
    if (node.onLost === "stop") {
      this.fail(new MillraceError("MILLRACE_RUN_LOST", what, { cause, hint: "the source's policy for what is lost is 'stop'", ...placeOf(node) }));
    } else if (node.onLost === "advance") {
      this.log().warn(what);
      advance();
    } else {
      const letter = {
        time: this.clock.now(), source: node.id, stream: shipment.origin?.stream, place: shipment.origin?.place,
        records, bytes: shipment.data.bytes, cause, data: shipment.data,
      };
      const write = this.options.deadLetter ?? (async (dead) => appendDeadLetter(await this.host.stateDirectory(node.id), dead));
      void within(this.clock, -1, () => write(letter)).then((written) => {
        if (written.state === "failed") {
          this.fail(new MillraceError("MILLRACE_RUN_DEAD_LETTER", `${what}; the dead letter could not be written: ${messageOf(written.cause)}`, { cause: written.cause }));
          return;
        }
        this.log().warn(`${what}; it was set aside as a dead letter`);
        advance();
      });
    }
  }

  settledDown(node: NodeState): void {
    node.loop?.check();
    if (this.alive.size > 0) return;
    this.allEnded();
  }

  private checkIdle(): void {
    if (this.busyReaders() > 0 || this.flushedIdle || !this.nodes.some((node) => node.account?.exhausted)) return;
    this.flushedIdle = true;
    queueMicrotask(() => this.flushAll());
  }

  private busyReaders(): number {
    return this.busy - this.nodes.filter((node) => node.isSource && node.phase === "running").length;
  }

  private flushAll(): void {
    for (const node of this.nodes) node.flush();
  }

  // ---------------------------------------------------------------------------------------------------------- the end

  drain(reason: string): void {
    if (this.draining.signal.aborted) return;
    this.reason ??= reason;
    if (this.state === "running" || this.state === "ready" || this.state === "testing") this.state = "draining";
    this.takeNothingNew();
  }

  abort(reason: string): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.draining.abort();
    this.goneNow();
    this.close(new MillraceError("MILLRACE_RUN_ABORTED", `the run was aborted: ${reason}`));
    this.leaveBehindAfter(ABORT_MS);
  }

  private fail(error: MillraceError): void {
    this.errors.push(error);
    if (this.failed) return;
    this.failed = true;
    if (this.state === "running") this.state = "draining";
    this.takeNothingNew();
  }

  private takeNothingNew(): void {
    if (this.draining.signal.aborted) return;
    this.draining.abort();
    this.flushAll();
    const grace = this.graceMs < 0 && this.failed ? GRACE_MS : this.graceMs;
    if (grace < 0) return;
    this.clock.after(grace, () => {
      if (this.closed !== undefined) return;
      this.close(new MillraceError("MILLRACE_RUN_GRACE", `the grace time of ${grace} ms is over`));
      this.leaveBehindAfter(STRAGGLER_MS);
    });
  }

  /** Lets nothing through any more. What is queued is lost; what a node has open it may still finish. */
  private close(cause: MillraceError): void {
    if (this.closed !== undefined) return;
    this.closed = cause;
    if (this.state === "running" || this.state === "draining") this.state = "closing";
    this.signal.abort(cause);
    for (const node of this.nodes) node.inputOver = true;
    for (const node of this.nodes) {
      this.killInput(node, cause);
      node.account?.open();
      node.sender.release();
    }
    for (const node of this.nodes) node.input.wake();
  }

  private leaveBehindAfter(ms: number): void {
    this.clock.after(ms, () => {
      for (const node of this.alive) this.leftBehind.push(node.id);
      this.alive.clear();
      this.allEnded();
    });
  }

  /** Every node has ended, or is left behind: waits for what is held, and closes sinks, then sources. */
  private async finish(): Promise<RunResult> {
    await this.lastHolds();
    const cause = this.closed ?? new MillraceError("MILLRACE_RUN_ENDED", "the run has ended");
    this.close(cause);
    const sinksFirst = this.sinksFirst();
    await this.cleanup(sinksFirst.filter((node) => !node.isSource));
    for (const node of this.nodes) node.loseOpen(cause);
    await this.cleanup(sinksFirst.filter((node) => node.isSource));
    this.state = this.failed ? "failed" : this.aborted ? "aborted" : this.draining.signal.aborted ? "drained" : "finished";
    return this.resultNow(this.state);
  }

  private async lastHolds(): Promise<void> {
    const waits = (): boolean => this.closed === undefined && this.nodes.some((node) => node.inFlight > 0 || node.held.size > 0);
    if (!waits()) return;
    this.flushAll();
    await within(this.clock, this.graceMs, () => new Promise<void>((resolve) => {
      this.allEnded = () => { if (!waits()) resolve(); };
      this.allEnded();
    }), this.gone);
  }

  private async cleanup(nodes: readonly NodeState[]): Promise<void> {
    const limit = this.aborted ? ABORT_MS : this.graceMs < 0 ? -1 : Math.max(this.graceMs, STRAGGLER_MS);
    for (const node of nodes) {
      if (node.instance === undefined || node.cleaned) continue;
      node.cleaned = true;
      const waited = await within(this.clock, limit, () => node.instance?.cleanup?.());
      if (waited.state === "done") continue;
      const what = waited.state === "late" ? `did not clean up within ${limit} ms` : `could not clean up: ${messageOf(waited.cause)}`;
      node.counters.errors += 1;
      this.errors.push(nodeError("MILLRACE_RUN_CLEANUP", node, what, waited.state === "failed" ? waited.cause : undefined));
      if (!this.aborted) this.failed = true;
    }
  }

  private resultNow(state: RunResult["state"]): RunResult {
    const done = { batches: 0, records: 0 };
    const refused = { batches: 0, records: 0 };
    const lost = { batches: 0, records: 0 };
    for (const { counters: c, isSource } of this.nodes) {
      if (!isSource) continue;
      refused.batches += c.refusedOutcomes;
      refused.records += c.refusedRecords;
      lost.batches += c.lostOutcomes;
      lost.records += c.lostRecords;
      done.batches += c.done;
      done.records += c.endedRecords - c.refusedRecords - c.lostRecords;
    }
    return { state, reason: this.reason, error: this.errors[0], errors: this.errors, done, refused, lost, leftBehind: this.leftBehind };
  }

  stats(): NodeStats[] {
    return this.nodes.map((node) => node.stats());
  }

  // -------------------------------------------------------------------------------------------------------------- help

  private sinksFirst(): readonly NodeState[] {
    return this.nodes.toReversed();
  }

  private log(): ReturnType<Host["logger"]> {
    return this.host.logger("pipeline");
  }

  /** Timers of the clock don't keep the process alive, so something has to as long as the run goes on. */
  private keepAlive(): () => void {
    if (this.options.keepAlive === false) return () => undefined;
    const timer = setInterval(() => undefined, 1 << 30);
    return () => clearInterval(timer);
  }
}

/** The lane of an edge: its own, or that of the queue in which it competes. */
function laneOf(queues: Map<string, Lane & { channels: Channel[] }>, spec: EdgeSpec, from: NodeState): Lane & { channels: Channel[] } {
  const key = spec.queue === undefined ? undefined : JSON.stringify([from.id, spec.queue]);
  const known = key === undefined ? undefined : queues.get(key);
  if (known !== undefined) return known;
  const lane = { channels: [] as Channel[], turn: 0 };
  if (key !== undefined) queues.set(key, lane);
  from.sender.lanes.push(lane);
  return lane;
}

function nodeError(code: string, node: NodeState, what: string, cause: unknown): MillraceError {
  const hint = isMillraceError(cause) ? cause.hint : undefined;
  return new MillraceError(code, `node '${node.id}': ${what}`, {
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
    ...placeOf(node),
  });
}

function placeOf(node: NodeState): { readonly place?: NonNullable<NodeState["graph"]["spec"]["place"]> } {
  const { place } = node.graph.spec;
  return place === undefined ? {} : { place };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
