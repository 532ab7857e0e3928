import {
  type Batch,
  type BatchData,
  defineNode,
  type Hold,
  type Input,
  type Plugin,
  type PluginContext,
  type RefusedStatus,
  type StreamPlace,
} from "@millrace/api";
import { keptBatch } from "../data/kept.ts";
import type { Downstream } from "./options.ts";
import { Queue } from "./queue.ts";

/** A batch that the plugin under test has sent, as the node downstream has it in hand. Answer it once; what comes later does nothing. */
export class Delivery<D extends BatchData = BatchData> {
  /** What was sent. It stays as it is, whatever becomes of the memory that it was sent in. */
  readonly data: D;
  /** The peer that received it. */
  readonly to: string;
  /** 1 for the first delivery, one more for each repetition. */
  readonly attempt: number;
  readonly origin: StreamPlace | undefined;
  private readonly batch: Batch<D>;
  private hold: Hold | undefined;

  constructor(batch: Batch<D>, to: string, held: boolean) {
    this.data = keptBatch(batch.data);
    this.to = to;
    this.attempt = batch.attempt;
    this.origin = batch.origin;
    this.batch = batch;
    this.hold = held ? batch.hold() : undefined;
  }

  /** Whether it has been answered. */
  get answered(): boolean {
    return this.hold === undefined;
  }

  done(): void {
    this.take()?.release();
  }

  /** Answers no, for all records or for those named. */
  refuse(status: RefusedStatus, details?: { readonly cause?: unknown; readonly records?: Iterable<number> }): void {
    this.take()?.refuse(status, details);
  }

  fail(cause: unknown): void {
    this.take()?.fail(cause);
  }

  /** Asks for it again after so many milliseconds. */
  retry(delayMs = 0, cause?: unknown): void {
    if (this.hold === undefined) return;
    this.batch.retry(delayMs, cause);
    this.done();
  }

  private take(): Hold | undefined {
    const { hold } = this;
    this.hold = undefined;
    return hold;
  }
}

/** The nodes downstream of the plugin under test: they keep what they receive, and answer as they are told. */
export class Collector {
  readonly deliveries: Delivery[] = [];
  readonly fresh: Queue<Delivery> = new Queue<Delivery>();
  downstream: Downstream;
  private gate: Promise<void> | undefined;
  private openGate: () => void = () => undefined;

  constructor(downstream: Downstream) {
    this.downstream = downstream;
    if (downstream === "blocked") this.block();
  }

  /** From now on nothing is taken. */
  block(): void {
    this.gate ??= new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  unblock(downstream: Downstream = "done"): void {
    this.downstream = downstream;
    this.gate = undefined;
    this.openGate();
  }

  readonly plugin: Plugin = defineNode({
    name: "testkit.sink",
    description: "Keeps what it receives",
    channels: { in: "any", out: [] },
    ack: "held",
    create: (_options, ctx) => ({ run: (input) => this.collect(input, ctx) }),
  });

  private async collect(input: Input, ctx: PluginContext): Promise<void> {
    const over = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve(), { once: true }));
    for (;;) {
      while (this.gate !== undefined && !ctx.signal.aborted) await Promise.race([this.gate, over]);
      const batch = await input.next();
      if (batch === undefined) return;
      await this.take(batch, ctx.name);
    }
  }

  private async take(batch: Batch, to: string): Promise<void> {
    const { downstream } = this;
    const delivery = new Delivery(batch, to, downstream !== "done");
    this.deliveries.push(delivery);
    this.fresh.put(delivery);
    if (typeof downstream !== "function") return;
    await downstream(delivery);
    delivery.done();
  }
}
