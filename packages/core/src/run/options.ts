import type { BatchData } from "@millrace/api";

/** Lends data to nodes in place of what was sent, so that a test can tell when it is used after the batch has been let go. */
export interface Guard {
  /** What the node gets to see. */
  lend<D extends BatchData>(data: D, node: string): D;
  /** The node has let the batch go. */
  reclaim(data: BatchData, node: string): void;
  /** What is behind data that was lent, when a node sends it on; the data itself if it was not lent. */
  unwrap(data: BatchData): BatchData;
}

/** A batch that was lost, as far as it can be told. */
export interface DeadLetter {
  /** When, in milliseconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly stream: string | undefined;
  readonly place: number | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly cause: unknown;
  readonly data: BatchData;
}

/** What may be said about a run. */
export interface RunOptions {
  readonly guard?: Guard;
  /** Takes what a source with the policy `dead-letter` lost. By default a file `dead-letters.jsonl` in its state directory. */
  readonly deadLetter?: (letter: DeadLetter) => void | Promise<void>;
  /** Whether the run keeps the process alive until its end. Default true. */
  readonly keepAlive?: boolean;
}
