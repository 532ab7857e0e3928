import type { Rule } from "../rule-set.ts";

/** What rules say of a record. Records of which they say the same share one. */
export interface Verdict {
  /** Whether a drop filter holds: no rule is asked then. */
  readonly dropped: boolean;
  /** The rules that hold, in their order. */
  readonly rules: readonly Rule[];
}

/** No rule holds, and no filter: an engine then gives this very object. */
export const NOTHING: Verdict = { dropped: false, rules: [] };
export const DROPPED: Verdict = { dropped: true, rules: [] };
