import type { MillraceError } from "@millrace/api";
import type { NodeState } from "./node-state.ts";

/** How much came to an end in one way. */
export interface Tally {
  readonly batches: number;
  readonly records: number;
}

/** How a run ended. */
export interface RunResult {
  /** `finished`: the sources had no more. `drained`: it was told to. `failed`: see `error`. `aborted`: it was told to end at once. */
  readonly state: "finished" | "drained" | "failed" | "aborted";
  /** Why it was drained or aborted, as the caller said. */
  readonly reason: string | undefined;
  /** The first error: it names the node. */
  readonly error: MillraceError | undefined;
  /** Every error, in the order in which they came, those of cleaning up included; at most 100. */
  readonly errors: readonly MillraceError[];
  /** What became of the batches that the sources sent. What was in flight at the end is lost. */
  readonly done: Tally;
  readonly refused: Tally;
  readonly lost: Tally;
  /** Whether the grace time was over before all was settled: what was in flight then is lost. */
  readonly cutOff: boolean;
  /** Nodes that did not end in time and were left behind. */
  readonly leftBehind: readonly string[];
}

/** Adds up what became of the batches that the sources sent. */
export function talliesOf(nodes: readonly NodeState[]): Pick<RunResult, "done" | "refused" | "lost"> {
  const done = { batches: 0, records: 0 };
  const refused = { batches: 0, records: 0 };
  const lost = { batches: 0, records: 0 };
  for (const { counters: c, isSource } of nodes) {
    if (!isSource) continue;
    refused.batches += c.refusedOutcomes;
    refused.records += c.refusedRecords;
    lost.batches += c.lostOutcomes;
    lost.records += c.lostRecords;
    done.batches += c.done;
    done.records += c.endedRecords - c.refusedRecords - c.lostRecords;
  }
  return { done, refused, lost };
}
