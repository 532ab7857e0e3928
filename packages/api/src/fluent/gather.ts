import type { Counter, PluginContext } from "../context.ts";
import type { Outputs, SendOptions } from "../node.ts";
import type { InputChannel, OutgoingMessage } from "./input.ts";
import type { MemoryLimit } from "./memory-limit.ts";
import { type EventTime, type FluentMessage, type RecordBatch, recordBatch, sizeOfRecord } from "./record.ts";

/** The most messages that one batch gathers. */
const MOST_MESSAGES = 1024;
/** The most bytes that one batch gathers, as estimated, unless one message alone has more. */
const MOST_BYTES = 131_072;

/** Gathers what is sent before the event loop gets its turn into batches, one tag each. */
export class GatheringChannel implements InputChannel {
  readonly tag: string;
  private readonly ctx: PluginContext;
  private readonly outputs: Outputs<RecordBatch>;
  private readonly limit: MemoryLimit | undefined;
  private readonly bad: Counter;
  private messages: FluentMessage[] = [];
  private bytes = 0;
  private current: string;
  private scheduled = false;
  private sending: Promise<void> | undefined;
  private failure: { readonly cause: unknown } | undefined;

  constructor(tag: string, ctx: PluginContext, outputs: Outputs<RecordBatch>, limit: MemoryLimit | undefined) {
    this.tag = tag;
    this.current = tag;
    this.ctx = ctx;
    this.outputs = outputs;
    this.limit = limit;
    this.bad = ctx.metrics.counter("input_bad_records", "Records that an input could not send");
  }

  /** Whether sending has failed: nothing can be sent any more. */
  get failed(): boolean {
    return this.failure !== undefined;
  }

  send(message: OutgoingMessage): void | Promise<void> {
    if (this.failure !== undefined) throw this.failure.cause;
    const bytes = this.sizeOf(message);
    if (bytes !== undefined) this.gather(message, bytes);
    return this.waiting();
  }

  sendBatch(batch: RecordBatch, options?: Pick<SendOptions, "settled">): void | Promise<void> {
    if (this.failure !== undefined) throw this.failure.cause;
    this.dispatch();
    this.enqueue(this.limit === undefined || batch.account !== undefined ? batch : accounted(batch, this.limit), options);
    return this.waiting();
  }

  /** Sends what is gathered, and waits until all of it is in the channel. */
  async flush(): Promise<void> {
    this.dispatch();
    while (this.sending !== undefined) await this.sending;
    if (this.failure !== undefined) throw this.failure.cause;
  }

  private waiting(): void | Promise<void> {
    const paused = this.limit?.paused;
    if (paused === undefined) return this.sending;
    return this.sending === undefined ? paused : this.sending.then(() => this.limit?.paused);
  }

  private sizeOf(message: OutgoingMessage): number | undefined {
    try {
      return sizeOfRecord(message.record);
    } catch (cause) {
      this.bad.add(1);
      this.ctx.log.warn(`a record was set aside: ${cause instanceof Error ? cause.message : String(cause)}`);
      return undefined;
    }
  }

  private gather(message: OutgoingMessage, bytes: number): void {
    const tag = message.tag ?? this.tag;
    if (tag !== this.current || this.bytes + bytes > MOST_BYTES || this.messages.length === MOST_MESSAGES) this.dispatch();
    this.current = tag;
    this.messages.push({ tag, record: message.record, time: this.timeOf(message.time), metadata: message.metadata ?? {} });
    this.bytes += bytes;
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    if (this.messages.length === 0) return;
    const batch = recordBatch(this.current, this.ctx.name, this.messages, { bytes: this.bytes, account: this.limit });
    this.messages = [];
    this.bytes = 0;
    this.enqueue(batch);
  }

  /** Sends at once where the channel has room; otherwise after what is already waiting. */
  private enqueue(batch: RecordBatch, options?: Pick<SendOptions, "settled">): void {
    try {
      const full = this.sending?.then(() => this.outputs.send(batch, options)) ?? this.outputs.send(batch, options);
      if (full !== undefined) this.track(full);
    } catch (cause) {
      // Called from a microtask too, where nobody could catch it: whoever sends or flushes next learns of it.
      this.failure = { cause };
    }
  }

  private track(full: Promise<void>): void {
    const tracked: Promise<void> = full.then(
      () => {
        if (this.sending === tracked) this.sending = undefined;
      },
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

/** The same batch, with its account. */
function accounted(batch: RecordBatch, account: MemoryLimit): RecordBatch {
  return {
    tag: batch.tag,
    source: batch.source,
    records: batch.records,
    bytes: batch.bytes,
    chunk: batch.chunk,
    account,
    ...(batch.encoded && { encoded: () => (batch.encoded as () => Uint8Array)() }),
    slice: (from, to) => accounted(batch.slice(from, to), account),
    [Symbol.iterator]: () => batch[Symbol.iterator](),
  };
}
