import type { PluginContext } from "../context.ts";
import type { Node, SendOptions, TestResult } from "../node.ts";
import { brandPlugin, type OnLost, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import { GatheringChannel } from "./gather.ts";
import { instanceText } from "./instance.ts";
import { memoryLimit } from "./memory-limit.ts";
import type { EventTime, RecordBatch } from "./record.ts";
import type { FluentRecord } from "./value.ts";

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
  /**
   * Sends one message. Await the result, if it is a promise: the channel is full, or the instance is paused because
   * buffers hold more of it than its `mem_buf_limit`. What is no record (nested within itself, say) is set aside and counted.
   */
  send(message: OutgoingMessage): void | Promise<void>;
  /** Sends a batch as it is, for inputs that have bytes in hand. `settled` tells how it ended. */
  sendBatch(batch: RecordBatch, options?: Pick<SendOptions, "settled">): void | Promise<void>;
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
  const limit = memoryLimit(ctx);
  return {
    init: () => {
      const storage = instanceText(ctx, "storage.type") ?? "memory";
      if (storage !== "memory") ctx.log.warn(`storage.type ${storage} is not supported yet: chunks are kept in memory`);
      if (["false", "off", "no"].includes(instanceText(ctx, "routable") ?? ""))
        ctx.log.warn("routable off is not supported yet: records go to every output that matches");
      return input.init?.(ctx, fluentbitOf(ctx, options));
    },
    ...(input.test && { test: () => input.test?.() }),
    async run(_input, outputs) {
      const channel = new GatheringChannel(instanceText(ctx, "tag") ?? ctx.name, ctx, outputs, limit);
      await collectAll(input, channel, ctx);
      await channel.flush();
      if (!ends) await whenSet(ctx.draining);
    },
    cleanup: () => input.cleanup?.(),
  };
}

/** Collects until the input returns, again after an error if the instance says so. */
async function collectAll(input: FluentInput, channel: GatheringChannel, ctx: PluginContext): Promise<void> {
  for (;;) {
    try {
      await input.collect(ctx, channel);
      return;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (ctx.draining.aborted) {
        if (!isAbort(cause)) ctx.log.warn(`collect ended with an error while the run was ending: ${message}`);
        return;
      }
      if (channel.failed || instanceText(ctx, "on_collect_error") !== "restart") throw cause;
      ctx.log.error(`collect failed, again in ${RESTART_MS / 1000} s: ${message}`);
      await ctx.clock.sleep(RESTART_MS, ctx.draining);
      if (ctx.draining.aborted) return;
    }
  }
}

/** Whether an error only says that somebody gave up because a signal was set. */
function isAbort(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError";
}

function whenSet(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
