import type { Outcome, RefusedStatus, Status } from "@millrace/api";

/**
 * Answers as bits. Answers from several sides are joined by OR, in any order and any grouping; what they come to is read
 * off at the end. No bit at all means that nothing was sent and nobody objected, which is as good as done.
 */
export const DONE = 1;
export const LOST = 128;
const PARTIAL = 2;
const SOME_DONE: number = DONE | PARTIAL;

/** From the least grave to the gravest, as deviations of composite statuses ask: the highest bit wins where none is done. */
const REFUSALS: readonly (readonly [RefusedStatus, number])[] = [
  ["partial", PARTIAL],
  ["throttled", 4],
  ["unroutable", 8],
  ["invalid", 16],
  ["timed-out", 32],
  ["failed", 64],
];

const BIT_OF: Readonly<Record<RefusedStatus, number>> = Object.fromEntries(REFUSALS) as Record<RefusedStatus, number>;

/** The status of every combination of bits. */
const STATUS_OF: readonly Status[] = Array.from({ length: 256 }, (_, bits) => composeStatus(bits));

/** The bit of a refusal. A status that is none of ours counts as `failed`. */
export function bitOf(status: RefusedStatus): number {
  return BIT_OF[status] ?? BIT_OF.failed;
}

/** What the answers to one record come to. What is lost is `failed`, or `partial` where another part was done. */
export function statusOf(bits: number): Status {
  return STATUS_OF[bits] as Status;
}

/** What the answers to a whole batch come to. */
export function outcomeOf(bits: number, cause: unknown): Outcome {
  if ((bits & LOST) !== 0) return { state: "lost", cause, partial: (bits & SOME_DONE) !== 0 };
  const status = statusOf(bits);
  if (status === "done") return DONE_OUTCOME;
  return cause === undefined ? { state: "refused", status } : { state: "refused", status, cause };
}

const DONE_OUTCOME: Outcome = { state: "done" };

/** How grave answers are, to decide whose cause is kept. */
export function gravity(bits: number): number {
  return 32 - Math.clz32(bits & ~DONE);
}

function composeStatus(bits: number): Status {
  if (bits === 0 || bits === DONE) return "done";
  if ((bits & SOME_DONE) !== 0) return "partial";
  if ((bits & LOST) !== 0) return "failed";
  for (let i = REFUSALS.length - 1; i >= 0; i--) {
    const [status, bit] = REFUSALS[i] as readonly [RefusedStatus, number];
    if ((bits & bit) !== 0) return status;
  }
  return "done";
}
