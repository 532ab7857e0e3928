import type { Place } from "@millrace/api";
import type { RecordType } from "@millrace/api/sysflow";
import type { Condition } from "./tree.ts";

/** How grave a rule is, as exports write it: 0 informational, 1 low, 2 medium, 3 high, 4 critical. */
export type Priority = 0 | 1 | 2 | 3 | 4;

/** A rule that has been read and checked. */
export interface Rule {
  readonly name: string;
  /** What people call it, where the name is an identity. */
  readonly title?: string;
  readonly desc: string;
  readonly condition: Condition;
  readonly priority: Priority;
  readonly tags: readonly string[];
  /** Names of actions, in the order in which they run. */
  readonly actions: readonly string[];
  /** The record types it judges; empty for all. */
  readonly types: readonly RecordType[];
  readonly enabled: boolean;
  readonly place: Place;
}

/** A drop filter that has been read and checked: a record for which it holds is discarded before any rule. */
export interface DropFilter {
  readonly name: string;
  readonly condition: Condition;
  readonly enabled: boolean;
  readonly place: Place;
}

/** All that a policy engine judges by. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly filters: readonly DropFilter[];
  /** Every condition of the set, each after its parts. */
  readonly conditions: readonly Condition[];
}
