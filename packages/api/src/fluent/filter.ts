import type { Batch } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import type { Node, Outputs, TestResult } from "../node.ts";
import { brandPlugin, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Fluentbit, fluentbitOf } from "./fluentbit.ts";
import { instanceText } from "./instance.ts";
import { tagMatcher } from "./match.ts";
import { type FluentMessage, type RecordBatch, recordBatch, sizeOfRecord } from "./record.ts";

/** A filter at work. */
export interface FluentFilter {
  init?(ctx: PluginContext, fluentbit: Fluentbit): void | Promise<void>;
  test?(): TestResult | Promise<TestResult>;
  /**
   * Looks at one message. Gives it back as it is, or another, or several; `undefined` drops it. A changed tag sends the
   * message on under that tag. Throws for a message it can't judge: that one is set aside and counted, no other.
   *
   * A message that is given back as it is keeps its exact bytes. In one that is made anew, numbers are as JavaScript
   * has them: a float that is whole becomes an integer, unless it is a `fluentFloat`.
   */
  filter(message: FluentMessage): FluentMessage | readonly FluentMessage[] | undefined;
  cleanup?(): void | Promise<void>;
}

export interface FilterDefinition<O> extends PluginMeta<O> {
  create(options: O): FluentFilter | Promise<FluentFilter>;
}

/** Defines a filter. It sees the records whose tag its instance matches (all, without a match); the others pass it by. */
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
  const meant = instanceMatcher(ctx);
  return {
    init: () => filter.init?.(ctx, fluentbitOf(ctx, options)),
    ...(filter.test && { test: () => filter.test?.() }),
    async run(input, outputs) {
      const bad = ctx.metrics.counter("filter_bad_records", "Records that a filter could not judge", "reason");
      for await (const batch of input) {
        const full = meant(batch.data.tag)
          ? sendParts(
              outputs,
              batch,
              filtered(filter, batch.data, (cause) => setAside(ctx, bad, cause)),
            )
          : outputs.send(batch.data, { origin: { batch } });
        if (full !== undefined) await full;
      }
    },
    cleanup: () => filter.cleanup?.(),
  };
}

function instanceMatcher(ctx: PluginContext): (tag: string) => boolean {
  const match = instanceText(ctx, "match");
  const regex = instanceText(ctx, "match_regex");
  if (match === undefined && regex === undefined) return () => true;
  return tagMatcher({ ...(match !== undefined && { match }), ...(regex !== undefined && { regex }) });
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

function sendParts(outputs: Outputs<RecordBatch>, batch: Batch<RecordBatch>, parts: readonly FilteredPart[]): void | Promise<void> {
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  const full = outputs.send(first.batch, { origin: { batch, records: first.records } });
  return full === undefined ? sendParts(outputs, batch, rest) : full.then(() => sendParts(outputs, batch, rest));
}

/** Runs a filter over a batch: one part for each run of records with the same tag. A batch that is left as it is, is passed on as it is. */
function filtered(filter: FluentFilter, data: RecordBatch, failed: (cause: unknown) => void): FilteredPart[] {
  const parts = new PartList();
  let index = 0;
  let untouched = true;
  for (const message of data) {
    const results = resultsOf(filter, message, failed);
    if (results.length !== 1 || results[0] !== message) untouched = false;
    for (const result of results) parts.add(result, index, failed);
    index += 1;
  }
  return untouched ? parts.list.map((part) => ({ batch: data, records: part.records })) : parts.batches(data);
}

/** Gathers results by their tags. */
class PartList {
  readonly list: { readonly tag: string; readonly messages: FluentMessage[]; readonly records: number[]; bytes: number }[] = [];

  /** Adds what was made of record `origin`; one that can be no record is set aside. */
  add(message: FluentMessage, origin: number, failed: (cause: unknown) => void): void {
    try {
      const bytes = sizeOfRecord(message.record);
      let part = this.list.at(-1);
      if (part === undefined || part.tag !== message.tag) {
        part = { tag: message.tag, messages: [], records: [], bytes: 0 };
        this.list.push(part);
      }
      part.messages.push(message);
      part.records.push(origin);
      part.bytes += bytes;
    } catch (cause) {
      failed(cause);
    }
  }

  batches(data: RecordBatch): FilteredPart[] {
    return this.list.map(({ tag, messages, records, bytes }) => ({
      batch: recordBatch(tag, data.source, messages, { account: data.account, bytes }),
      records,
    }));
  }
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
