import type { BatchData, Timer } from "@millrace/api";
import type { GraphEdge } from "../graph.ts";
import type { NodeState } from "../run/node-state.ts";
import type { Delivery } from "../settlement/delivery.ts";
import { Deque } from "./deque.ts";

/** A part of a shipment that waits for room in one of some channels. */
export interface Waiting {
  readonly data: BatchData;
  /** The channels that would take it. */
  readonly takers: readonly Channel[];
  /** Makes the delivery: which channel it will be for is not known before. */
  readonly deliver: (channel: Channel) => Delivery;
  readonly admitted: () => void;
}

/** One edge of the graph at work: a queue with bounds on records and bytes, and those who wait for room in it. */
export class Channel {
  readonly edge: GraphEdge;
  readonly sender: NodeState;
  readonly reader: NodeState;
  /** Who waits for room, in order; shared by edges that compete. */
  readonly waiting: Deque<Waiting>;
  records = 0;
  bytes = 0;
  /** Deliveries that wait for their retry. */
  readonly retrying: Map<Delivery, Timer> = new Map();
  /** Tells why it takes nothing any more: its reader has ended, or the run. */
  deadBy: (() => unknown) | undefined = undefined;
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

  /** Whether nothing is in it, waits for it, or will come back to it. */
  get quiet(): boolean {
    return this.queue.length === 0 && this.repeats.length === 0 && this.retrying.size === 0 && this.waiting.length === 0;
  }

  /** Whether a batch has room. One batch always has room in an empty channel, and any batch on an edge that leads back. */
  hasRoom(data: BatchData): boolean {
    if (this.edge.elastic || this.deadBy !== undefined || this.batches === 0) return true;
    return this.records + data.records <= this.edge.bounds.records && this.bytes + data.bytes <= this.edge.bounds.bytes;
  }

  /** Whether somebody waits for room here. */
  awaited(): boolean {
    return this.waiting.length > 0 && this.waiting.find((waiting) => waiting.takers.includes(this)) !== undefined;
  }

  /** Queues a delivery that has room. */
  push(delivery: Delivery): void {
    if (this.edge.elastic) delivery.shipment.account?.charge(delivery.records, delivery.bytes);
    if (this.deadBy === undefined) this.enqueue(this.queue, delivery);
    else delivery.forceLost(this.deadBy());
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

  /** Queues a delivery again after a wait. It has its room already: it never left. */
  redeliver(delivery: Delivery, waitMs: number, cause: unknown): void {
    const { reader } = this;
    reader.counters.retried += 1;
    if (this.deadBy !== undefined || reader.inputOver) {
      delivery.forceLost(cause ?? this.deadBy?.() ?? new Error("a delivery was asked for again when the input had ended"));
      return;
    }
    const due = (): void => {
      this.retrying.delete(delivery);
      this.enqueue(this.repeats, delivery);
    };
    if (waitMs > 0) this.retrying.set(delivery, reader.clock.after(waitMs, due));
    else due();
  }

  /** Brings back at once what waits for its retry: the run drains, and a wait may be longer than the time that is left. */
  hurry(): void {
    const waiting = [...this.retrying];
    this.retrying.clear();
    for (const [delivery, timer] of waiting) {
      timer.cancel();
      this.enqueue(this.repeats, delivery);
    }
  }

  /** A delivery has ended. */
  ended(delivery: Delivery): void {
    if (this.edge.elastic) delivery.shipment.account?.discharge(delivery.records, delivery.bytes);
  }

  /** The reader has ended, or the run is over: what waits here is lost, and so is what will still be sent. */
  kill(why: () => unknown): void {
    if (this.deadBy !== undefined) return;
    this.deadBy = why;
    for (const [delivery, timer] of this.retrying) {
      timer.cancel();
      delivery.forceLost(why());
    }
    this.retrying.clear();
    for (let next = this.shift(); next !== undefined; next = this.shift()) next.forceLost(why());
    this.admit();
  }

  private enqueue(queue: Deque<Delivery>, delivery: Delivery): void {
    queue.push(delivery);
    this.records += delivery.records;
    this.bytes += delivery.bytes;
    this.reader.input.wake();
  }

  /** Lets in those who wait, in their order, as far as there is room. Nobody overtakes one who waits for the same channel. */
  private admit(): void {
    for (;;) {
      const first = this.waiting.find((waiting) => waiting.takers.includes(this));
      if (first === undefined || !this.hasRoom(first.data)) return;
      if (this.deadBy !== undefined && first.takers.some((other) => other.deadBy === undefined)) return;
      this.waiting.remove(first);
      this.push(first.deliver(this));
      first.admitted();
    }
  }
}
