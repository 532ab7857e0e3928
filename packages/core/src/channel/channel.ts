import type { Timer } from "@millrace/api";
import type { GraphEdge } from "../graph.ts";
import type { NodeState } from "../run/node-state.ts";
import type { Delivery } from "../settlement/delivery.ts";
import { Deque } from "./deque.ts";

/** Somebody who waits until a batch has found room. */
export interface Waiting {
  /** Makes the delivery for the edge that has room: edges which compete don't know before which of them it will be. */
  readonly deliver: (channel: Channel) => Delivery;
  readonly fits: (channel: Channel) => boolean;
  readonly admitted: () => void;
}

/** One edge of the graph at work: a queue with bounds on records and bytes, and those who wait for room in it. */
export class Channel {
  readonly edge: GraphEdge;
  readonly sender: NodeState;
  readonly reader: NodeState;
  /** Senders that wait for room; shared by edges that compete. */
  readonly waiting: Deque<Waiting>;
  records = 0;
  bytes = 0;
  /** Deliveries that wait for their retry. */
  readonly retrying: Map<Delivery, Timer> = new Map();
  /** Why it takes nothing any more: its reader has ended. */
  deadBy: { readonly cause: unknown } | undefined = undefined;
  private readonly queue: Deque<Delivery> = new Deque();
  /** Deliveries that are due again. They come first. */
  private readonly repeats: Deque<Delivery> = new Deque();

  constructor(edge: GraphEdge, sender: NodeState, reader: NodeState, waiting: Deque<Waiting>) {
    this.edge = edge;
    this.sender = sender;
    this.reader = reader;
    this.waiting = waiting;
  }

  /** How many batches wait in it. */
  get batches(): number {
    return this.queue.length + this.repeats.length;
  }

  /** Whether a batch has room. One batch always has room in an empty channel, and any batch on an edge that leads back. */
  hasRoom(records: number, bytes: number): boolean {
    if (this.edge.elastic || this.deadBy !== undefined || this.batches === 0) return true;
    return this.records + records <= this.edge.bounds.records && this.bytes + bytes <= this.edge.bounds.bytes;
  }

  /** Queues a delivery that has room. */
  push(delivery: Delivery): void {
    if (this.edge.elastic) delivery.shipment.account?.charge(delivery.records, delivery.bytes);
    if (this.deadBy !== undefined) {
      delivery.forceLost(this.deadBy.cause);
      return;
    }
    this.enqueue(this.queue, delivery);
  }

  /** Takes the next delivery out, and lets in who waits for the room. */
  shift(): Delivery | undefined {
    const delivery = this.repeats.shift() ?? this.queue.shift();
    if (delivery === undefined) return undefined;
    this.records -= delivery.records;
    this.bytes -= delivery.bytes;
    if (this.waiting.length > 0) this.admit();
    return delivery;
  }

  /** Queues a delivery again after a wait. */
  redeliver(delivery: Delivery, waitMs: number, cause: unknown): void {
    const { reader } = this;
    reader.counters.retried += 1;
    if (reader.closing() || reader.inputOver || this.deadBy !== undefined) {
      delivery.forceLost(this.deadBy?.cause ?? cause ?? new Error("a retry was asked for when the input had ended"));
      return;
    }
    const due = (): void => {
      this.retrying.delete(delivery);
      this.enqueue(this.repeats, delivery);
    };
    if (waitMs > 0) this.retrying.set(delivery, reader.clock.after(waitMs, due));
    else due();
  }

  /** A delivery has ended. */
  ended(delivery: Delivery): void {
    if (this.edge.elastic) delivery.shipment.account?.discharge(delivery.records, delivery.bytes);
  }

  /** The reader has ended, or the run is over: what waits here is lost, and so is what will still be sent. */
  kill(cause: unknown): void {
    if (this.deadBy !== undefined) return;
    this.deadBy = { cause };
    for (const [delivery, timer] of this.retrying) {
      timer.cancel();
      delivery.forceLost(cause);
    }
    this.retrying.clear();
    for (let next = this.shift(); next !== undefined; next = this.shift()) next.forceLost(cause);
    this.admit();
  }

  private enqueue(queue: Deque<Delivery>, delivery: Delivery): void {
    queue.push(delivery);
    this.records += delivery.records;
    this.bytes += delivery.bytes;
    this.reader.input.wake();
  }

  /** Lets in those who wait, in their order, as far as there is room. */
  private admit(): void {
    while (this.waiting.length > 0) {
      const first = this.waiting.take((waiting) => waiting.fits(this));
      if (first === undefined) return;
      this.push(first.deliver(this));
      first.admitted();
    }
  }
}
