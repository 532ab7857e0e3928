import type { PassedRecords, TraceDamage } from "@millrace/sysflow";

/** What the reading thread is told when it starts. */
export interface ReadingOrder {
  /** By this the thread knows that it is one that reads a trace. */
  readonly reads: "sysflow-trace";
  readonly file: string;
  readonly onCorrupt: "stop" | "skip";
  readonly chunkBytes: number;
  /** How many parts may be on their way. */
  readonly ahead: number;
}

/** What the reading thread says. */
export type FromReader =
  | PartMessage
  | { readonly damaged: TraceDamage }
  | { readonly passed: PassedRecords }
  | { readonly failed: { readonly code: string | undefined; readonly message: string; readonly hint: string | undefined } }
  | { readonly ended: true };

/** A part of the trace. Its rows and their bytes lie in memory that both threads share. */
export interface PartMessage {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly records: number;
  /** What the records take in the trace. */
  readonly size: number;
  readonly values: readonly unknown[];
  /** The schema, with the first part alone. */
  readonly schema: string | undefined;
  readonly place: number;
  /** The number of the memory, if it can be used again. */
  readonly memory: number | undefined;
}

/** What the reading thread is told later on: a part was taken, or memory is free again. */
export type ToReader = { readonly taken: true } | { readonly free: number };
