import type { Batch } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import { isMillraceError } from "../error.ts";
import type { Node, TestResult } from "../node.ts";
import { brandPlugin, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import type { FluentMessage, RecordBatch } from "./record.ts";

/** The messages of one chunk. */
export interface OutputChannel extends AsyncIterable<FluentMessage>, Iterable<FluentMessage> {
  readonly tag: string;
  /** The chunk as it came, for outputs that pass bytes on. */
  readonly batch: RecordBatch;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Sets one message aside as one that can't be delivered: it is counted and named, and the rest go on. */
  setAside(message: FluentMessage, reason: string): void;
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
  return {
    init: () => output.init?.(ctx, fluentbitOf(ctx, options)),
    ...(output.test && { test: () => output.test?.() }),
    async run(input) {
      const bad = ctx.metrics.counter("output_bad_records", "Records that an output set aside");
      const given = ctx.metrics.counter("output_dropped_records", "Records of chunks that were given up");
      for await (const batch of input) {
        try {
          await output.flush(ctx, channelOf(batch, (reason) => {
            bad.add(1);
            ctx.log.warn(`a record was set aside: ${reason}`);
          }));
        } catch (cause) {
          if (!tryAgain(batch, cause, ctx)) given.add(batch.data.records);
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

/** Asks for the chunk again, or gives it up. Says which. */
function tryAgain(batch: Batch<RecordBatch>, cause: unknown, ctx: PluginContext): boolean {
  const message = cause instanceof Error ? cause.message : String(cause);
  const limit = retryLimit(ctx.instance.retry_limit);
  if (!isMillraceError(cause) || !cause.retryable || batch.attempt > limit) {
    const why = limit === 0 ? "is not retried (no retry config)" : "cannot be retried";
    ctx.log.error(`chunk of ${batch.data.records} records, tag ${batch.data.tag}, ${why}: ${message}`);
    batch.fail(cause);
    return false;
  }
  const seconds = retryWait(batch.attempt, ctx.service, ctx.random());
  ctx.log.warn(`failed to flush chunk of ${batch.data.records} records, tag ${batch.data.tag}, retry in ${seconds} seconds: ${message}`);
  batch.retry(seconds * 1000, cause);
  return true;
}

/** How many times a chunk is tried again. Anything that is no number and no known word means 1, as the peer has it. */
function retryLimit(value: unknown): number {
  const text = value === undefined ? "1" : String(value).toLowerCase();
  if (["no_limits", "false", "off"].includes(text)) return Number.POSITIVE_INFINITY;
  if (text === "no_retries") return 0;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 ? number : 1;
}

/** Seconds before retry `n`, 1-based: one, and a uniform choice between the base and the smaller of the cap and base·2^n. */
function retryWait(n: number, service: Readonly<Record<string, unknown>>, random: number): number {
  const base = Number(service["scheduler.base"] ?? 5);
  const cap = Number(service["scheduler.cap"] ?? 2000);
  const top = Math.max(base, Math.min(cap, base * 2 ** n));
  return 1 + base + Math.floor(random * (top - base + 1));
}
