import type { PluginContext } from "@millrace/api";
import type * as z from "zod";

/** Records in the form in which they leave, one after the other, each with its line end. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** By record that ends in {@link bytes}: where it does, which is where the next one begins. */
  readonly ends: readonly number[];
  /** By record: its id, where the transport {@link Transport.wantsIds} and the format has one. */
  readonly ids?: readonly string[];
  /** Whether the memory under {@link bytes} begins at a page of the system: what lies at a multiple of 4096 there does so everywhere. */
  readonly isAligned: boolean;
}

/** Where records go. The exporter calls one method at a time. */
export interface Transport {
  /** The health check: throws where records could not be written. Changes nothing. */
  test?(): void | Promise<void>;
  /** Called once before the first chunk. */
  open?(): void | Promise<void>;
  /**
   * Takes what it can of a chunk. It is called again for the rest, and after an error for the same again: nothing may be
   * taken and not be counted. An error of ours that is not `retryable` ends the attempts.
   *
   * @param from - the first byte that has not been taken yet
   * @returns up to where it has taken the chunk now; more than `from`
   */
  write(chunk: Chunk, from: number): number | Promise<number>;
  /** What was taken is all that will come, and may end within a record: takes back what there is of it, and makes the place good for the next one. */
  abandon?(): void | Promise<void>;
  /** Whether each record is to come with an id by which it is known again, as a store needs it that must not take a record twice. */
  readonly wantsIds?: boolean;
  /** How many bytes a chunk should have; 128 KiB, if absent. It has fewer where nothing more is there, and more where a record ends later. */
  readonly chunkBytes?: number;
  /**
   * Whether chunks are to end at boundaries of 4096 bytes, counted with {@link offset}, and so within a record that the next chunk
   * goes on with; but for the last one of a batch.
   */
  readonly endsAtPages?: boolean;
  /** How many bytes there are before the next chunk: memory is arranged so that it begins as far after a page boundary. 0, if absent. */
  readonly offset?: number;
  /** Called once at the end, if it was opened. */
  close?(): void | Promise<void>;
}

/** A kind of transport: what the option `export` may name. A new one is a file of its own, and a place in the table. */
export interface TransportKind {
  readonly name: string;
  /** The formats that it takes; absent for all. */
  readonly formats?: readonly string[];
  /** The options that it reads. Their names begin with that of the transport. */
  readonly options: z.ZodRawShape;
  /** Makes one. `undefined`: records go nowhere, and need not be encoded. */
  create(options: Readonly<Record<string, unknown>>, ctx: PluginContext): Transport | undefined;
}
