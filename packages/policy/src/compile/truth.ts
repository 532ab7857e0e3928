import type { Leaf } from "../interpret.ts";
import type { Condition } from "../tree.ts";

/** What is known of a condition: that it is true, that it is false, or neither. */
export type Truth = true | false | undefined;

/** Decides a condition as far as the truth of its leaves is known. Each part that several conditions share is decided once. */
export class TruthFinder {
  readonly #leaf: (leaf: Leaf) => Truth;
  readonly #known = new Map<Condition, Truth>();

  constructor(leaf: (leaf: Leaf) => Truth) {
    this.#leaf = leaf;
  }

  truth(condition: Condition): Truth {
    if (condition.node === "constant") return condition.value;
    if (this.#known.has(condition)) return this.#known.get(condition);
    const truth = this.#find(condition);
    this.#known.set(condition, truth);
    return truth;
  }

  /** The leaves that keep conditions from being decided, each once. */
  openLeaves(conditions: readonly Condition[]): Leaf[] {
    const seen = new Set<Condition>();
    const leaves: Leaf[] = [];
    const visit = (condition: Condition): void => {
      if (seen.has(condition) || this.truth(condition) !== undefined) return;
      seen.add(condition);
      if (condition.node === "and" || condition.node === "or") condition.terms.forEach(visit);
      else if (condition.node === "not") visit(condition.term);
      else if (condition.node !== "constant") leaves.push(condition);
    };
    conditions.forEach(visit);
    return leaves;
  }

  #find(condition: Condition): Truth {
    switch (condition.node) {
      case "constant":
        return condition.value;
      case "not": {
        const inner = this.truth(condition.term);
        return inner === undefined ? undefined : !inner;
      }
      case "and":
      case "or": {
        const decisive = condition.node === "or";
        let open = false;
        for (const term of condition.terms) {
          const truth = this.truth(term);
          if (truth === decisive) return decisive;
          if (truth === undefined) open = true;
        }
        return open ? undefined : !decisive;
      }
      default:
        return this.#leaf(condition);
    }
  }
}
