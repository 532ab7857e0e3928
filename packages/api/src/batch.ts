/** What a channel carries: some records that travel and are settled together. Records in a batch are never changed. */
export interface BatchData {
  /** How many records there are, at least 1; at most {@link MAX_RECORDS}. */
  readonly records: number;
  /** About how many bytes they take; at most {@link MAX_BYTES}, or one oversized record alone. */
  readonly bytes: number;
}

/** The most records a batch may have. */
export const MAX_RECORDS = 4096;

/** The most bytes a batch may have, unless it is one oversized record. */
export const MAX_BYTES = 262_144;

/** An answer other than `done`, from the gravest to the least. A Flow user knows them as the statuses of a message. */
export type RefusedStatus = "failed" | "timed-out" | "invalid" | "unroutable" | "throttled" | "partial";

/** An answer to one record or batch. */
export type Status = "done" | RefusedStatus;

/** How a batch ended. It ends once. */
export type Outcome =
  | { readonly state: "done" }
  /** Somebody who had it answered no. `partial` says that a part of it was done. */
  | { readonly state: "refused"; readonly status: RefusedStatus; readonly cause?: unknown }
  /** A part of it will never arrive; `partial` says that another part has. */
  | { readonly state: "lost"; readonly cause: unknown; readonly partial: boolean };

/** A reason to keep a batch open after the loop has gone on to the next one. End it once; ending it again does nothing. */
export interface Hold {
  /** Lets the batch go: its outcome is then that of what was sent from it. */
  release(): void;
  /** Lets the batch go as refused. `records` names the records that are meant (all, if absent). */
  refuse(status: RefusedStatus, details?: { readonly cause?: unknown; readonly records?: Iterable<number> }): void;
  /** Lets the batch go with an answer of its own for some records; the rest are as what was sent from them. */
  refuseEach(answers: readonly { readonly status: RefusedStatus; readonly records: readonly number[]; readonly cause?: unknown }[]): void;
  /** Lets the batch go as lost. */
  fail(cause: unknown): void;
}

/** The place of a batch in the stream it came from, as its source counts. */
export interface StreamPlace {
  /** A connection, a sequence of files, a partition: whatever has an order of its own. */
  readonly stream: string;
  readonly place: number;
}

/**
 * A batch as a node receives it. It is open from the moment the node receives it until the node asks the same input for
 * the next one, or ends. Whatever the node sends meanwhile has all its open batches as parents.
 */
export interface Batch<D extends BatchData = BatchData> {
  readonly data: D;
  /** 1 for the first delivery, one more for each {@link Batch.retry}. */
  readonly attempt: number;
  /** Where it comes from, when its origin is one source and known. */
  readonly origin: StreamPlace | undefined;
  /** The node that sent it. */
  readonly from: string;
  /** Keeps it open beyond the call for the next one. May be called several times; each hold ends by itself. */
  hold(): Hold;
  /** Answers no, for all records or for those named. */
  refuse(status: RefusedStatus, details?: { readonly cause?: unknown; readonly records?: Iterable<number> }): void;
  /** Says that the batch will never arrive, and why. */
  fail(cause: unknown): void;
  /** Asks for this delivery again after so many milliseconds. What the other branches of a tee got is not repeated. */
  retry(delayMs: number, cause?: unknown): void;
}
