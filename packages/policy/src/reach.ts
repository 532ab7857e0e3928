import type { FlatType } from "@millrace/api/sysflow";
import { Specialiser } from "./compile/specialise.ts";
import type { Rule } from "./rule-set.ts";
import type { ConditionBuilder } from "./tree.ts";

const TYPES: readonly FlatType[] = ["PE", "NF", "FF", "FE", "KE"];

/** The types of records that a rule can hold for, as far as its condition tells: none for a rule that never holds. */
export function reachOf(rule: Pick<Rule, "condition" | "types">, builder: ConditionBuilder): readonly FlatType[] {
  return TYPES.filter((type) => {
    if (rule.types.length > 0 && !rule.types.includes(type)) return false;
    const condition = new Specialiser(type, builder).specialise(rule.condition);
    return condition.node !== "constant" || condition.value;
  });
}
