/** How much passed a point. */
export interface Flow {
  batches: number;
  records: number;
  bytes: number;
}

/** What a node has done so far, and what it has in hand. Counters count from the start of the run. */
export interface NodeStats {
  readonly id: string;
  readonly plugin: string;
  readonly state: NodePhase;
  /** What it received; a repeated delivery counts again. */
  readonly in: Readonly<Flow>;
  /** What it sent; a batch that took several edges counts once. */
  readonly out: Readonly<Flow>;
  /** What waits for it in its channels. */
  readonly queued: Readonly<Flow>;
  /** What it sent and is not settled; what still waits for the credit of a source does not count. */
  readonly inFlight: Readonly<Flow>;
  /** What it holds open, in batches. */
  readonly open: number;
  /** How what it sent ended, in batches. */
  readonly outcomes: { readonly done: number; readonly refused: number; readonly lost: number };
  /** Milliseconds in which it waited for room or credit, and for something to read. */
  readonly blockedMs: number;
  readonly idleMs: number;
  /** Errors of the node itself, among them what it did against the rules. */
  readonly errors: number;
  /** How often it answered no, how many batches were lost in it, and how many deliveries it asked for again. */
  readonly refused: number;
  readonly lost: number;
  readonly retried: number;
  /** Batches that none of its edges took. */
  readonly unrouted: number;
}

/** Where a node stands in its life. */
export type NodePhase = "new" | "ready" | "running" | "ended" | "failed";

/** The numbers of a node, as they are kept. */
export class Counters {
  inBatches = 0;
  inRecords = 0;
  inBytes = 0;
  outBatches = 0;
  outRecords = 0;
  outBytes = 0;
  endedRecords = 0;
  endedBytes = 0;
  done = 0;
  refusedOutcomes = 0;
  lostOutcomes = 0;
  lostRecords = 0;
  refusedRecords = 0;
  blockedMs = 0;
  idleMs = 0;
  errors = 0;
  refused = 0;
  lost = 0;
  retried = 0;
  unrouted = 0;
}
