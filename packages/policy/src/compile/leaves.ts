import type { Leaf } from "../interpret.ts";
import type { Condition } from "../tree.ts";

/** The leaves of some conditions, each once. */
export function leavesOf(conditions: readonly Condition[]): Leaf[] {
  const seen = new Set<Condition>();
  const leaves: Leaf[] = [];
  const open = [...conditions];
  for (let condition = open.pop(); condition !== undefined; condition = open.pop()) {
    if (seen.has(condition)) continue;
    seen.add(condition);
    if (condition.node === "and" || condition.node === "or") open.push(...condition.terms);
    else if (condition.node === "not") open.push(condition.term);
    else if (condition.node !== "constant") leaves.push(condition);
  }
  return leaves;
}
