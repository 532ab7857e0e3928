import type { PluginContext } from "../context.ts";
import type { Node, TestResult } from "../node.ts";
import { brandPlugin, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import { type TagMatch, tagMatcher } from "./match.ts";
import { type FluentMessage, type RecordBatch, recordBatch } from "./record.ts";

/** A filter at work. */
export interface FluentFilter {
  init?(ctx: PluginContext, fluentbit: Fluentbit): void | Promise<void>;
  test?(): TestResult | Promise<TestResult>;
  /**
   * Looks at one message. Gives it back as it is, or another, or several; `undefined` drops it. A changed tag sends the
   * message on under that tag. Throws for a message it can't judge: that one is set aside and counted, no other.
   */
  filter(message: FluentMessage): FluentMessage | readonly FluentMessage[] | undefined;
  cleanup?(): void | Promise<void>;
}

export interface FilterDefinition<O> extends PluginMeta<O> {
  create(options: O): FluentFilter | Promise<FluentFilter>;
}

/** Defines a filter. It sees the records whose tag its instance matches; the others pass it by. */
export function defineFilter<O = Readonly<Record<string, string>>>(definition: FilterDefinition<O>): Plugin {
  const { create, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "filter",
    freeOptions: meta.options === undefined,
    channels: { in: ["record"], out: ["record"] },
    node: async (options: never, ctx): Promise<Node> => filterNode(await create(options), options, ctx) as Node,
  });
}

function filterNode(filter: FluentFilter, options: unknown, ctx: PluginContext): Node<RecordBatch, RecordBatch> {
  const meant = tagMatcher(ctx.instance as TagMatch);
  return {
    init: () => filter.init?.(ctx, fluentbitOf(ctx, options)),
    ...(filter.test && { test: () => filter.test?.() }),
    async run(input, outputs) {
      const bad = ctx.metrics.counter("filter_bad_records", "Records that a filter could not judge", "reason");
      for await (const batch of input) {
        if (!meant(batch.data.tag)) {
          await outputs.send(batch.data, { origin: { batch } });
          continue;
        }
        for (const part of filtered(filter, batch.data, (cause) => setAside(ctx, bad, cause))) {
          await outputs.send(part.batch, { origin: { batch, records: part.records } });
        }
      }
    },
    cleanup: () => filter.cleanup?.(),
  };
}

function setAside(ctx: PluginContext, bad: { add(delta: number, reason: string): void }, cause: unknown): void {
  const reason = cause instanceof Error ? cause.name : "error";
  bad.add(1, reason);
  ctx.log.warn(`a record was set aside: ${cause instanceof Error ? cause.message : String(cause)}`);
}

interface FilteredPart {
  readonly batch: RecordBatch;
  /** For each record, the record of the original batch that it stems from. */
  readonly records: readonly number[];
}

/** Runs a filter over a batch: one part for each run of records with the same tag. */
function filtered(filter: FluentFilter, data: RecordBatch, failed: (cause: unknown) => void): FilteredPart[] {
  const parts: { tag: string; messages: FluentMessage[]; records: number[] }[] = [];
  let index = 0;
  for (const message of data) {
    const origin = index++;
    for (const result of resultsOf(filter, message, failed)) {
      let part = parts.at(-1);
      if (part === undefined || part.tag !== result.tag) {
        part = { tag: result.tag, messages: [], records: [] };
        parts.push(part);
      }
      part.messages.push(result);
      part.records.push(origin);
    }
  }
  return parts.map((part) => ({ batch: recordBatch(part.tag, data.source, part.messages), records: part.records }));
}

function resultsOf(filter: FluentFilter, message: FluentMessage, failed: (cause: unknown) => void): readonly FluentMessage[] {
  try {
    const result = filter.filter(message);
    return result === undefined ? [] : isList(result) ? result : [result];
  } catch (cause) {
    failed(cause);
    return [];
  }
}

function isList(result: FluentMessage | readonly FluentMessage[]): result is readonly FluentMessage[] {
  return Array.isArray(result);
}
