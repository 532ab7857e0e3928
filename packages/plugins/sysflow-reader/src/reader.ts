import type { BatchData, Counter, Gauge, Input, Outputs, Plugin, PluginContext } from "@millrace/api";
import { MillraceError } from "@millrace/api";
import { defineProcessor, type HandlerInstance, type Processor, type SysflowBatch } from "@millrace/api/sysflow";
import { EntityTables, type MissingEntity, type RowVisitor, rowsOf, type Surroundings, type SysflowRows, type TableLimits, walk } from "@millrace/sysflow";
import * as z from "zod";
import { missingText } from "./missing.ts";
import { visitorOf } from "./visitor.ts";
import { WarningLimiter } from "./warning-limiter.ts";

const entities = (what: string, most: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(1).default(most).describe(`The most ${what} that are kept for a stream; those not used for the longest time go first`);

const options = z.strictObject({
  "entities.processes": entities("processes", 131_072),
  "entities.files": entities("files", 524_288),
  "entities.containers": entities("containers, and pods,", 16_384),
});

type Options = z.infer<typeof options>;

/** The processor `sysflowreader`. */
const reader: Plugin = defineProcessor({
  name: "sysflowreader",
  version: "0.1.0",
  description: "Keeps the entities of a stream of records, and calls a handler for each record",
  stability: "stable",
  options,
  in: "sysflow",
  out: { hosted: "handler" },
  hosts: { handler: { kind: "handler", required: true } },
  create: async (values: Options, ctx) => new Reader(values, ctx, await handlerOf(ctx)),
});

export { reader };

async function handlerOf(ctx: PluginContext): Promise<HandlerInstance> {
  const [hosted] = ctx.hosted("handler");
  if (!hosted?.plugin.hostedBy) throw new MillraceError("MILLRACE_READER_HANDLER", "the reader has no handler to call");
  return (await hosted.plugin.hostedBy(hosted.options as never, ctx.child(hosted.plugin.name))) as HandlerInstance;
}

/** The most streams whose entities are kept at once. */
const MAX_STREAMS = 256;

class Reader implements Processor<SysflowBatch, BatchData> {
  readonly #ctx: PluginContext;
  readonly #instance: HandlerInstance;
  readonly #limits: TableLimits;
  readonly #streams: Map<string, EntityTables> = new Map();
  readonly #visitor: RowVisitor;
  readonly #warnings: WarningLimiter;
  readonly #missing: Counter;
  readonly #evictions: Counter;
  readonly #refused: Counter;
  readonly #entities: Gauge;
  #rows: SysflowRows | undefined;

  constructor(values: Options, ctx: PluginContext, instance: HandlerInstance) {
    this.#ctx = ctx;
    this.#instance = instance;
    this.#limits = { processes: values["entities.processes"], files: values["entities.files"], containers: values["entities.containers"] };
    this.#warnings = new WarningLimiter(ctx);
    this.#missing = ctx.metrics.counter("missing_entities", "Entities that records refer to, and that are not known", "entity");
    this.#evictions = ctx.metrics.counter("entity_evictions", "Entities that had to go because the tables were full");
    this.#refused = ctx.metrics.counter("records_refused", "Records that a driver made with values that the format can't hold");
    this.#entities = ctx.metrics.gauge("entities", "Entities that are known");
    this.#visitor = visitorOf(instance, {
      begin: (rows) => {
        this.#rows = rows;
      },
      missing: (what, base, around) => this.#miss(what, base, around),
    });
  }

  async process(input: Input<SysflowBatch>, outputs: Outputs): Promise<void> {
    const { handler } = this.#instance;
    await handler.open?.(outputs);
    for (;;) {
      const next = input.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === undefined) break;
      const tables = this.#tablesOf(batch.origin?.stream ?? "");
      const before = tables.evictions;
      walk(
        rowsOf(batch.data, (cause) => this.#refuse(cause)),
        tables,
        this.#visitor,
      );
      tables.endBatch();
      if (tables.evictions !== before) this.#evictions.add(tables.evictions - before);
      this.#entities.set(this.#size());
      const done = handler.batchEnd?.(outputs);
      if (done) await done;
    }
    this.#warnings.flush();
  }

  async cleanup(): Promise<void> {
    await this.#instance.handler.cleanup?.();
  }

  /** The entities of a stream. A stream that was not used for the longest time goes when there are too many. */
  #tablesOf(stream: string): EntityTables {
    const streams = this.#streams;
    let tables = streams.get(stream);
    if (tables && streams.size === 1) return tables;
    if (tables) streams.delete(stream);
    tables ??= new EntityTables(this.#limits, () => this.#ctx.random());
    streams.set(stream, tables);
    if (streams.size > MAX_STREAMS) {
      const [oldest] = streams.keys();
      this.#evictions.add(streams.get(oldest as string)?.size ?? 0);
      streams.delete(oldest as string);
    }
    return tables;
  }

  #size(): number {
    let size = 0;
    for (const tables of this.#streams.values()) size += tables.size;
    return size;
  }

  #miss(what: MissingEntity, base: number, around: Surroundings): void {
    this.#missing.add(1, what);
    if (this.#warnings.wanted(what)) this.#warnings.warn(what, missingText(what, (this.#rows as SysflowRows).words, base, around));
  }

  #refuse(cause: MillraceError): void {
    this.#refused.add(1);
    if (this.#warnings.wanted("refused")) this.#warnings.warn("refused", `a record was set aside: ${cause.message}`);
  }
}
