import type { Batch, BatchData, Outcome, Status } from "./batch.ts";

/** Where a node reads. Several edges that lead to a node are read merged; batches of one edge keep their order. */
export interface Input<D extends BatchData = BatchData> extends AsyncIterable<Batch<D>> {
  /**
   * The next batch, or `undefined` when there are no more. Closes the previous one unless it is held. Gives the batch
   * itself, and no promise, when one is waiting.
   */
  next(): Batch<D> | undefined | Promise<Batch<D> | undefined>;
}

/** How a batch is sent. */
export interface SendOptions {
  /**
   * The batch that this one was made from, and for each record sent the index of the record it stems from (absent: record
   * i stems from record i). Carries the answers to the records back one by one. Without it, all open batches are parents.
   */
  readonly origin?: { readonly batch: Batch; readonly records?: ArrayLike<number> };
  /** Called once, when it is known how the batch ended; `statuses` has an answer for each record. */
  readonly settled?: (outcome: Outcome, statuses: readonly Status[]) => void;
}

/** A way out of a node. */
export interface Outlet<D extends BatchData = BatchData> {
  /**
   * Sends to every edge of this outlet whose match takes it. Waits only while a channel is full: await the result, if it
   * is a promise, before sending more. A batch that no edge takes is done, and counted as unrouted.
   */
  send(data: D, options?: SendOptions): void | Promise<void>;
}

/** One edge that leads out of a node, for a node that chooses among its peers. */
export interface EdgeOutlet<D extends BatchData = BatchData> extends Outlet<D> {
  /** The node at the other end. */
  readonly to: string;
  /** The name that the configuration gives to this edge, such as the value of a routing key. */
  readonly port: string | undefined;
}

/** One ordered stream of a source. */
export interface SourceStream<D extends BatchData = BatchData> {
  readonly id: string;
  /**
   * Sends the next batch of the stream. `place` says how far the stream is settled once this batch and all before it are
   * done; it never falls. Waits while the credit of the source is used up.
   */
  send(data: D, place: number, options?: Pick<SendOptions, "settled">): void | Promise<void>;
  /** The place up to which everything has been settled, or `undefined` before the first. */
  readonly position: number | undefined;
}

/** All ways out of a node. */
export interface Outputs<D extends BatchData = BatchData> extends Outlet<D> {
  /** Sends without a parent: for timers, for aggregates, and for what asks its peers on its own account. */
  readonly detached: Outlet<D> & { readonly edges: readonly EdgeOutlet<D>[] };
  /** The edges one by one, in the order of the configuration. */
  readonly edges: readonly EdgeOutlet<D>[];
  /** Opens an ordered stream of a source. `moved` is called when its position has moved. */
  stream(id: string, moved?: (position: number) => void): SourceStream<D>;
}

/** What a health check may answer: anything but `false` and an error is good. */
export type TestResult = boolean | void;

/** An instance of a plugin at work. Everything that the runtime runs is one of these. */
export interface Node<I extends BatchData = BatchData, O extends BatchData = BatchData> {
  /** Opens what has to be open before anything moves. Called after the whole graph has been made, sinks first. */
  init?(): void | Promise<void>;
  /** The health check. `false`, an error, or no answer in time ends the run before a record moves. */
  test?(): TestResult | Promise<TestResult>;
  /** The work. A source returns when it has no more, or when `ctx.draining` is set; any other node when its input ends. */
  run(input: Input<I>, outputs: Outputs<O>): void | Promise<void>;
  /** Closes what `init` and `run` opened. Called once, whatever happened; sinks before sources. */
  cleanup?(): void | Promise<void>;
}
