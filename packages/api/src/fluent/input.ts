import type { PluginContext } from "../context.ts";
import type { Input, Node, Outputs, TestResult } from "../node.ts";
import { brandPlugin, type OnLost, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import { type EventTime, type FluentMessage, type FluentRecord, type RecordBatch, recordBatch } from "./record.ts";

/** What an input sends. Time: now, if absent. Tag: the instance's own, if absent. */
export interface OutgoingMessage {
  readonly record: FluentRecord;
  readonly time?: EventTime | Date;
  readonly tag?: string;
  readonly metadata?: FluentRecord;
}

/** Where an input sends. Messages that are sent without a wait between them travel together. */
export interface InputChannel {
  /** The tag of the instance. */
  readonly tag: string;
  /** Sends one message. Await the result, if it is a promise: the channel is full. */
  send(message: OutgoingMessage): void | Promise<void>;
  /** Sends a batch as it is, for inputs that have bytes in hand. */
  sendBatch(batch: RecordBatch): void | Promise<void>;
}

/** An input at work. */
export interface FluentInput {
  init?(ctx: PluginContext, fluentbit: Fluentbit): void | Promise<void>;
  test?(): TestResult | Promise<TestResult>;
  /**
   * Collects until `ctx.draining` is set. An input that returns earlier is idle from then on, unless its definition says
   * that it `ends`. An error is reported with the instance's name; `on_collect_error` decides whether it ends the run
   * (`fatal`, the default) or `collect` is called again (`restart`).
   */
  collect(ctx: PluginContext, channel: InputChannel): void | Promise<void>;
  cleanup?(): void | Promise<void>;
}

export interface InputDefinition<O> extends PluginMeta<O> {
  /** Whether the run may end when this input has returned. */
  readonly ends?: boolean;
  readonly onLost?: OnLost;
  create(options: O): FluentInput | Promise<FluentInput>;
}

/** The wait before a failed input collects again, in milliseconds. */
const RESTART_MS = 1000;

/** Defines an input: a plugin that makes records. */
export function defineInput<O = Readonly<Record<string, string>>>(definition: InputDefinition<O>): Plugin {
  const { create, ends = false, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "input",
    onLost: meta.onLost ?? "advance",
    freeOptions: meta.options === undefined,
    channels: { in: [], out: ["record"] },
    node: async (options: never, ctx): Promise<Node> => inputNode(await create(options), options, ctx, ends) as Node,
  });
}

function inputNode(input: FluentInput, options: unknown, ctx: PluginContext, ends: boolean): Node<RecordBatch, RecordBatch> {
  return {
    init: () => input.init?.(ctx, fluentbitOf(ctx, options)),
    ...(input.test && { test: () => input.test?.() }),
    async run(_input: Input<RecordBatch>, outputs) {
      const channel = new GatheringChannel(String(ctx.instance.tag ?? ctx.name), ctx, outputs);
      for (;;) {
        try {
          await input.collect(ctx, channel);
          break;
        } catch (cause) {
          if (ctx.draining.aborted) break;
          if (ctx.instance.on_collect_error !== "restart") throw cause;
          ctx.log.error(`collect failed, again in ${RESTART_MS / 1000} s: ${cause instanceof Error ? cause.message : String(cause)}`);
          await ctx.clock.sleep(RESTART_MS, ctx.draining);
        }
      }
      await channel.flush();
      if (!ends && !ctx.draining.aborted) await new Promise<void>((resolve) => ctx.draining.addEventListener("abort", () => resolve(), { once: true }));
    },
    cleanup: () => input.cleanup?.(),
  };
}

/** The most messages that one batch gathers. */
const MOST_MESSAGES = 1024;
/** The most bytes that one batch gathers, as estimated. */
const MOST_BYTES = 131_072;

/** Gathers what is sent before the event loop gets its turn into batches, one tag each. */
class GatheringChannel implements InputChannel {
  readonly tag: string;
  private readonly ctx: PluginContext;
  private readonly outputs: Outputs<RecordBatch>;
  private messages: FluentMessage[] = [];
  private current: string;
  private scheduled = false;
  private sending: Promise<void> | undefined;
  private failure: { readonly cause: unknown } | undefined;

  constructor(tag: string, ctx: PluginContext, outputs: Outputs<RecordBatch>) {
    this.tag = tag;
    this.current = tag;
    this.ctx = ctx;
    this.outputs = outputs;
  }

  send(message: OutgoingMessage): void | Promise<void> {
    if (this.failure !== undefined) throw this.failure.cause;
    const tag = message.tag ?? this.tag;
    if (tag !== this.current && this.messages.length > 0) this.dispatch();
    this.current = tag;
    this.messages.push({ tag, record: message.record, time: this.timeOf(message.time), metadata: message.metadata ?? {} });
    if (this.messages.length >= MOST_MESSAGES) this.dispatch();
    else if (!this.scheduled) {
      this.scheduled = true;
      queueMicrotask(() => {
        this.scheduled = false;
        this.dispatch();
      });
    }
    return this.sending;
  }

  sendBatch(batch: RecordBatch): void | Promise<void> {
    this.dispatch();
    this.enqueue(batch);
    return this.sending;
  }

  async flush(): Promise<void> {
    this.dispatch();
    while (this.sending !== undefined) await this.sending;
    if (this.failure !== undefined) throw this.failure.cause;
  }

  private dispatch(): void {
    if (this.messages.length === 0) return;
    const batch = recordBatch(this.current, this.ctx.name, this.messages);
    this.messages = [];
    if (batch.bytes <= MOST_BYTES || batch.records === 1) this.enqueue(batch);
    else this.enqueueDivided(batch);
  }

  private enqueueDivided(batch: RecordBatch): void {
    const half = batch.records >> 1;
    for (const part of [batch.slice(0, half), batch.slice(half, batch.records)]) {
      if (part.bytes <= MOST_BYTES || part.records === 1) this.enqueue(part);
      else this.enqueueDivided(part);
    }
  }

  /** Sends at once where the channel has room; otherwise after what is already waiting. */
  private enqueue(batch: RecordBatch): void {
    if (this.sending === undefined) {
      const full = this.outputs.send(batch);
      if (full !== undefined) this.track(full);
    } else this.track(this.sending.then(() => this.outputs.send(batch)));
  }

  private track(full: Promise<void>): void {
    const tracked: Promise<void> = full.then(
      () => { if (this.sending === tracked) this.sending = undefined; },
      (cause: unknown) => {
        this.failure = { cause };
        if (this.sending === tracked) this.sending = undefined;
      },
    );
    this.sending = tracked;
  }

  private timeOf(time: EventTime | Date | undefined): EventTime {
    if (time === undefined) {
      const nanos = this.ctx.clock.nanos();
      return { seconds: Number(nanos / 1_000_000_000n), nanoseconds: Number(nanos % 1_000_000_000n) };
    }
    if (!(time instanceof Date)) return time;
    const ms = time.getTime();
    const seconds = Math.floor(ms / 1000);
    return { seconds, nanoseconds: (ms - seconds * 1000) * 1_000_000 };
  }
}
