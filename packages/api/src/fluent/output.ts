import type { Batch } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import { isMillraceError } from "../error.ts";
import type { Node, TestResult } from "../node.ts";
import { brandPlugin, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import { retryLimit, retryWait } from "./instance.ts";
import type { FluentMessage, RecordBatch } from "./record.ts";

/** The messages of one chunk. */
export interface OutputChannel extends AsyncIterable<FluentMessage>, Iterable<FluentMessage> {
  readonly tag: string;
  /** The chunk as it came, for outputs that pass bytes on. */
  readonly batch: RecordBatch;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Sets one message aside as one that can't be delivered: it is counted and named, and the rest go on. */
  setAside(message: FluentMessage | undefined, reason: string): void;
}

/** An output at work. */
export interface FluentOutput {
  init?(ctx: PluginContext, fluentbit: Fluentbit): void | Promise<void>;
  test?(): TestResult | Promise<TestResult>;
  /**
   * Delivers one chunk. Returning says that it is delivered. A retryable error ({@link MillraceError} with `retryable`)
   * asks for the chunk again, after a wait, as often as the instance's `retry_limit` allows; any other error gives it up.
   */
  flush(ctx: PluginContext, channel: OutputChannel): void | Promise<void>;
  cleanup?(): void | Promise<void>;
}

export interface OutputDefinition<O> extends PluginMeta<O> {
  create(options: O): FluentOutput | Promise<FluentOutput>;
}

/** Defines an output: a plugin that delivers records. */
export function defineOutput<O = Readonly<Record<string, string>>>(definition: OutputDefinition<O>): Plugin {
  const { create, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "output",
    freeOptions: meta.options === undefined,
    channels: { in: ["record"], out: [] },
    node: async (options: never, ctx): Promise<Node> => outputNode(await create(options), options, ctx) as Node,
  });
}

function outputNode(output: FluentOutput, options: unknown, ctx: PluginContext): Node<RecordBatch> {
  const limit = retryLimit(ctx);
  return {
    init: () => {
      if (limit.unknown !== undefined) ctx.log.warn(`retry_limit ${limit.unknown} is no number and no known word: a chunk is tried again once`);
      return output.init?.(ctx, fluentbitOf(ctx, options));
    },
    ...(output.test && { test: () => output.test?.() }),
    async run(input) {
      const bad = ctx.metrics.counter("output_bad_records", "Records that an output set aside");
      const dropped = ctx.metrics.counter("output_dropped_records", "Records of chunks that were given up");
      const setAside = (reason: string): void => {
        bad.add(1);
        ctx.log.warn(`a record was set aside: ${reason}`);
      };
      for await (const batch of input) {
        try {
          const pending = output.flush(ctx, channelOf(batch, setAside));
          if (pending !== undefined) await pending;
          if (batch.attempt > 1) ctx.log.info(`flush ${chunkName(batch.data)} succeeded at retry ${batch.attempt - 1}`);
        } catch (cause) {
          if (!tryAgain(batch, cause, limit.times, ctx)) dropped.add(batch.data.records);
        }
      }
    },
    cleanup: () => output.cleanup?.(),
  };
}

function channelOf(batch: Batch<RecordBatch>, setAside: (reason: string) => void): OutputChannel {
  return {
    tag: batch.data.tag,
    batch: batch.data,
    attempt: batch.attempt,
    setAside: (_message, reason) => setAside(reason),
    [Symbol.iterator]: () => batch.data[Symbol.iterator](),
    async *[Symbol.asyncIterator]() {
      yield* batch.data;
    },
  };
}

/** The wait before every retry while the run drains, in seconds: what can still be delivered in the grace time, is. */
const DRAINING_WAIT = 1;

/** Asks for the chunk again, or gives it up. Says which. */
function tryAgain(batch: Batch<RecordBatch>, cause: unknown, times: number, ctx: PluginContext): boolean {
  const message = cause instanceof Error ? cause.message : String(cause);
  const route = `input=${batch.data.source} > output=${ctx.name}, ${batch.data.records} records, tag ${batch.data.tag}`;
  const retryable = isMillraceError(cause) && cause.retryable;
  if (!retryable || batch.attempt > times) {
    const why = retryable && times === 0 ? "is not retried (no retry config)" : "cannot be retried";
    ctx.log.error(`${chunkName(batch.data)} ${why}: ${route}: ${message}`);
    batch.fail(cause);
    return false;
  }
  const seconds = ctx.draining.aborted ? DRAINING_WAIT : retryWait(batch.attempt, ctx.service, ctx.random());
  ctx.log.warn(`failed to flush ${chunkName(batch.data)}, retry in ${seconds} seconds: ${route}: ${message}`);
  batch.retry(seconds * 1000, cause);
  return true;
}

function chunkName(batch: RecordBatch): string {
  return batch.chunk === undefined ? "chunk" : `chunk '${batch.chunk.id}'`;
}
