import { type BatchData, type Clock, type Input, MillraceError, type Node, type OnLost, type Outcome } from "@millrace/api";
import { MergedInput } from "../channel/merged-input.ts";
import { Sender } from "../channel/sender.ts";
import type { GraphNode } from "../graph.ts";
import { CreditAccount } from "../settlement/credit.ts";
import type { Delivery } from "../settlement/delivery.ts";
import type { Settler } from "../settlement/settler.ts";
import type { Shipment } from "../settlement/shipment.ts";
import type { Loop } from "./loop.ts";
import type { Guard } from "./options.ts";
import type { Pace } from "./pace.ts";
import { Counters, type Flow, type NodePhase, type NodeStats } from "./stats.ts";

/** What a node needs of the run it belongs to. */
export interface NodeSurroundings {
  readonly clock: Clock;
  readonly settler: Settler;
  readonly pace: Pace;
  readonly guard: Guard | undefined;
  /** Why nothing can be sent any more. */
  closedBy(): MillraceError | undefined;
  /** The node waits for something to read, or there is nothing more; and: it has found something. */
  nodeIdle(node: NodeState): void;
  nodeBusy(node: NodeState): void;
  creditExhausted(): void;
  /** Something in the node, or a callback of its, threw. */
  nodeFailed(node: NodeState, cause: unknown): void;
  /** The node did something against the rules that does no harm to others. */
  nodeMisused(node: NodeState, what: string): void;
  /** A batch of a source was lost; `advance` lets its stream go on behind it. */
  lostAtSource(node: NodeState, shipment: Shipment, cause: unknown, advance: () => void): void;
  /** Something that a run which ends may wait for has come to its end in the node. */
  settledDown(): void;
}

const DEFAULT_CREDIT = { records: 65_536, bytes: 16_777_216 };
const NONE: readonly Delivery[] = [];

/** One node of a run: its ends of the channels, what it holds open, and its numbers. */
export class NodeState {
  readonly id: string;
  readonly graph: GraphNode;
  readonly isSource: boolean;
  readonly onLost: OnLost;
  readonly input: MergedInput;
  readonly sender: Sender;
  readonly counters: Counters = new Counters();
  /** What the node holds open beyond its reader. */
  readonly held: Set<Delivery> = new Set();
  readonly flushers: (() => void)[] = [];
  /** The bound on what it has in flight of its own: all that a source sends, and what others send without a parent. */
  account: CreditAccount | undefined = undefined;
  readonly clock: Clock;
  readonly settler: Settler;
  readonly pace: Pace;
  instance: Node | undefined = undefined;
  phase: NodePhase = "new";
  /** The cycle that it belongs to. */
  loop: Loop | undefined = undefined;
  /** Senders that lead here and have not ended; those of the same cycle don't count. */
  openSenders = 0;
  /** Whether its input has ended: nothing more comes, or its cycle is over, or the run is. */
  inputOver = false;
  /** Deliveries that it asked for again and that still wait for what was sent from them. */
  retriesOwed = 0;
  /** Shipments that have not ended. */
  inFlight = 0;
  cleaned = false;
  private readonly surroundings: NodeSurroundings;

  constructor(graph: GraphNode, isSource: boolean, surroundings: NodeSurroundings) {
    this.id = graph.id;
    this.graph = graph;
    this.isSource = isSource;
    this.onLost = graph.spec.onLost ?? graph.plugin.onLost;
    this.surroundings = surroundings;
    this.clock = surroundings.clock;
    this.settler = surroundings.settler;
    this.pace = surroundings.pace;
    this.input = new MergedInput(this);
    this.sender = new Sender(this);
  }

  /** Called once its cycle is known. Within a cycle what one node waits for may be itself, so there is no credit to wait for. */
  openAccount(): void {
    if (this.loop !== undefined) return;
    this.account = new CreditAccount({ ...DEFAULT_CREDIT, ...definedOf(this.graph.spec.credit) }, () => this.surroundings.creditExhausted());
  }

  /** What it runs with. */
  run(): void | Promise<void> {
    return this.instance?.run(this.input as Input, this.sender);
  }

  // --------------------------------------------------------------------------------------------------- what it reads

  received(delivery: Delivery): void {
    const { counters } = this;
    counters.inBatches += 1;
    counters.inRecords += delivery.records;
    counters.inBytes += delivery.bytes;
    const { guard } = this.surroundings;
    if (guard !== undefined) delivery.data = guard.lend(delivery.sent, this.id);
  }

  /** The node has let a batch go. */
  reclaim(delivery: Delivery): void {
    const { guard } = this.surroundings;
    if (guard !== undefined && delivery.data !== delivery.sent) guard.reclaim(delivery.data, this.id);
    if (this.loop !== undefined && this.input.idle) this.loop.check();
    if (this.atEnd) this.surroundings.settledDown();
  }

  unwrap(data: BatchData): BatchData {
    return this.surroundings.guard?.unwrap(data) ?? data;
  }

  /** Whether no more batches will come. */
  inputHasEnded(): boolean {
    if (this.inputOver) return true;
    if (this.openSenders > 0 || this.loop !== undefined) return false;
    return this.inputQuiet();
  }

  /** Whether nothing waits for it, or will come back to it. */
  inputQuiet(): boolean {
    return this.retriesOwed === 0 && this.input.channels.every((channel) => channel.quiet);
  }

  becameIdle(): void {
    this.surroundings.nodeIdle(this);
  }

  becameBusy(): void {
    this.surroundings.nodeBusy(this);
  }

  /** What it has open: what it read last, and what it holds. */
  openBatches(): readonly Delivery[] {
    const { current } = this.input;
    if (this.held.size === 0) return current === undefined ? NONE : [current];
    const open = [...this.held];
    if (current !== undefined && !this.held.has(current)) open.push(current);
    return open;
  }

  /** Loses all that it has open. */
  loseOpen(cause: unknown): void {
    for (const delivery of this.openBatches()) (delivery as Delivery).forceLost(cause);
    this.input.current = undefined;
  }

  // --------------------------------------------------------------------------------------------------- what it sends

  /** Why it can't send any more. */
  sendingClosed(): MillraceError | undefined {
    const closed = this.surroundings.closedBy();
    if (closed !== undefined) return closed;
    if (!this.atEnd) return undefined;
    return new MillraceError("MILLRACE_RUN_NODE_ENDED", `node '${this.id}' sent a batch after its run had ended`, {
      hint: "await what still sends before run returns",
    });
  }

  shipmentSent(data: BatchData): void {
    this.inFlight += 1;
    this.counters.outBatches += 1;
    this.counters.outRecords += data.records;
    this.counters.outBytes += data.bytes;
  }

  shipmentEnded(shipment: Shipment, outcome: Outcome): void {
    const { counters } = this;
    this.inFlight -= 1;
    counters.endedRecords += shipment.data.records;
    counters.endedBytes += shipment.data.bytes;
    if (outcome.state === "done") counters.done += 1;
    else if (outcome.state === "refused") {
      counters.refusedOutcomes += 1;
      counters.refusedRecords += shipment.data.records;
    } else {
      counters.lostOutcomes += 1;
      counters.lostRecords += shipment.data.records;
    }
    if (outcome.state === "lost" && this.isSource && !shipment.positioned) this.lostAtSource(shipment, outcome.cause, () => undefined);
    if (this.inFlight > 0) return;
    if (this.atEnd) this.surroundings.settledDown();
    else if (this.input.idle) this.loop?.check();
  }

  lostAtSource(shipment: Shipment, cause: unknown, advance: () => void): void {
    this.surroundings.lostAtSource(this, shipment, cause, advance);
  }

  // ---------------------------------------------------------------------------------------------------------- the rest

  /** Whether its work is over, well or not. */
  get atEnd(): boolean {
    return this.phase === "ended" || this.phase === "failed";
  }

  /** Calls code of the plugin: what it throws, at once or later in a promise that nobody waits for, ends the run in its name. */
  guarded(call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((cause: unknown) => this.surroundings.nodeFailed(this, cause));
    } catch (cause) {
      this.surroundings.nodeFailed(this, cause);
    }
  }

  /** It did something against the rules that does no harm to others. */
  misused(what: string): void {
    this.surroundings.nodeMisused(this, what);
  }

  flush(): void {
    for (const flush of this.flushers) this.guarded(flush);
  }

  stats(): NodeStats {
    const { counters: c } = this;
    const waiting = this.account?.queued;
    const queued: Flow = { batches: 0, records: 0, bytes: 0 };
    for (const channel of this.input.channels) {
      queued.batches += channel.batches;
      queued.records += channel.records;
      queued.bytes += channel.bytes;
    }
    return {
      id: this.id,
      plugin: this.graph.plugin.name,
      state: this.phase,
      in: { batches: c.inBatches, records: c.inRecords, bytes: c.inBytes },
      out: { batches: c.outBatches, records: c.outRecords, bytes: c.outBytes },
      queued,
      inFlight: {
        batches: this.inFlight - (waiting?.batches ?? 0),
        records: c.outRecords - c.endedRecords - (waiting?.records ?? 0),
        bytes: c.outBytes - c.endedBytes - (waiting?.bytes ?? 0),
      },
      open: this.openBatches().length,
      outcomes: { done: c.done, refused: c.refusedOutcomes, lost: c.lostOutcomes },
      blockedMs: c.blockedMs,
      idleMs: c.idleMs,
      errors: c.errors,
      refused: c.refused,
      lost: c.lost,
      retried: c.retried,
      unrouted: c.unrouted,
    };
  }
}

function definedOf(bounds: { readonly records?: number; readonly bytes?: number } | undefined): { records?: number; bytes?: number } {
  return {
    ...(bounds?.records !== undefined && { records: bounds.records }),
    ...(bounds?.bytes !== undefined && { bytes: bounds.bytes }),
  };
}
