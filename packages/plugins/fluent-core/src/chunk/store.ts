import { type Batch, type Counter, MAX_BYTES, MAX_RECORDS, type Outcome, type Outlet, type PluginContext, type Status } from "@millrace/api";
import type { RecordBatch } from "@millrace/api/fluent";
import { batchOfEntries, type EncodedRecords, entriesOfBatch } from "@millrace/fluent";
import { Chunk } from "./chunk.ts";
import type { ChunkOptions } from "./options.ts";

/** The chunks of one stage: those that are being filled, and those that are under way. */
export class ChunkStore {
  private readonly options: ChunkOptions;
  private readonly ctx: PluginContext;
  private readonly outlet: Outlet<RecordBatch>;
  private readonly bad: Counter;
  private readonly lost: Counter;
  /** By input and tag, in the order in which they were begun. */
  private readonly filling: Map<string, Chunk> = new Map();
  /** Bytes of all chunks that have not ended. */
  private bytes = 0;
  private begun = 0;
  private waiting: { readonly room: Promise<void>; readonly open: () => void } | undefined;

  constructor(options: ChunkOptions, ctx: PluginContext, outlet: Outlet<RecordBatch>) {
    this.options = options;
    this.ctx = ctx;
    this.outlet = outlet;
    this.bad = ctx.metrics.counter("chunk_bad_records", "Records that could not be read or encoded");
    this.lost = ctx.metrics.counter("chunk_lost_records", "Records that were accepted and that an output gave up");
  }

  /** Takes a batch in. An append is never divided: the chunk is closed after it, if it is full then. */
  append(batch: Batch<RecordBatch>): void {
    const { data } = batch;
    const entries = entriesOfBatch(data);
    this.reportBad(entries);
    if (entries.bounds.length < 2) return;
    const chunk = this.chunkFor(data.source, data.tag);
    this.bytes += entries.bytes.length;
    chunk.append(entries, data.account, this.options.acceptance === "end-to-end" ? batch.hold() : undefined);
    if (chunk.bytes >= this.options.chunk_size) this.send(chunk);
  }

  /** Waits until there is room to take more in; `undefined` where there is. What is full is flushed, or it would wait for ever. */
  room(): Promise<void> | undefined {
    if (this.bytes < this.options.memory_limit) return undefined;
    this.flush();
    if (this.bytes < this.options.memory_limit) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting = { room: promise, open: resolve };
    return promise;
  }

  /** Sends all that there is: in the order of the inputs, as the family numbers them, and for one input as they were begun. */
  flush(): void {
    const chunks = [...this.filling.values()];
    if (chunks.length > 1) chunks.sort((one, other) => rankOf(one.source) - rankOf(other.source));
    for (const chunk of chunks) this.send(chunk);
  }

  private chunkFor(source: string, tag: string): Chunk {
    const key = JSON.stringify([source, tag]);
    let chunk = this.filling.get(key);
    if (chunk === undefined) {
      this.begun += 1;
      chunk = new Chunk(key, source, tag, this.begun, this.ctx.clock.nanos());
      this.filling.set(key, chunk);
    }
    return chunk;
  }

  /**
   * Hands a chunk to the outputs, in parts of the size of a batch. It does not wait for room in their channels, so that
   * an output that is slow keeps no other from its chunks; what is under way is bounded by `memory_limit` instead.
   */
  private send(chunk: Chunk): void {
    this.filling.delete(chunk.key);
    const whole = batchOfEntries(chunk.tag, chunk.source, chunk.entries(), { chunk: { id: chunk.id, first: 0, last: true } });
    const parts = whole === undefined ? [] : [...whole.parts(MAX_RECORDS, MAX_BYTES)];
    if (parts.length === 0) this.ended(chunk);
    let open = parts.length;
    for (const part of parts) {
      const settled = onceSettled((outcome, statuses) => {
        chunk.answer(part.chunk?.first ?? 0, statuses, outcome);
        if (outcome.state !== "done") this.lost.add(statuses.filter((status) => status !== "done").length);
        open -= 1;
        if (open === 0) this.ended(chunk);
      });
      this.sendPart(part, settled);
    }
  }

  private sendPart(part: RecordBatch, settled: Settled): void {
    try {
      const full = this.outlet.send(part, { settled });
      full?.catch((cause: unknown) => this.notSent(part, settled, cause));
    } catch (cause) {
      this.notSent(part, settled, cause);
    }
  }

  /** The run is over, or an edge could not judge the chunk. Whoever waits for the answer gets it; the log names it. */
  private notSent(part: RecordBatch, settled: Settled, cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.ctx.log.error(`chunk '${part.chunk?.id}' of ${part.records} records, tag ${part.tag}, could not be sent: ${message}`);
    settled({ state: "lost", cause, partial: false }, new Array<"failed">(part.records).fill("failed"));
  }

  private ended(chunk: Chunk): void {
    this.bytes -= chunk.bytes;
    chunk.end();
    if (this.waiting === undefined || this.bytes >= this.options.memory_limit) return;
    this.waiting.open();
    this.waiting = undefined;
  }

  private reportBad(entries: EncodedRecords): void {
    const reasons = [...entries.bad, ...entries.failed].map((one) => one.reason);
    if (reasons.length === 0) return;
    this.bad.add(reasons.length);
    this.ctx.log.warn(`${reasons.length} ${reasons.length === 1 ? "record was" : "records were"} set aside: ${reasons[0]}`);
  }
}

/** The number at the end of an instance's name, such as `tail.2`; names without one come last, in the order of arrival. */
function rankOf(source: string): number {
  return Number(/\.(\d{1,9})$/.exec(source)?.[1] ?? 1e9);
}

type Settled = (outcome: Outcome, statuses: readonly Status[]) => void;

/** The same callback, of which only the first call counts: a send may tell its end and throw too. */
function onceSettled(settled: Settled): Settled {
  let told = false;
  return (outcome, statuses) => {
    if (told) return;
    told = true;
    settled(outcome, statuses);
  };
}
