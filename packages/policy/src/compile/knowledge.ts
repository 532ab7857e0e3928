import type { Leaf } from "../interpret.ts";
import type { Rule } from "../rule-set.ts";
import type { Condition } from "../tree.ts";
import { type Truth, TruthFinder } from "./truth.ts";
import { DROPPED, NOTHING, type Verdict } from "./verdict.ts";

/** A rule, and what its condition comes to on records of one type. */
export interface TypeRule {
  readonly rule: Rule;
  readonly condition: Condition;
}

/** What is known of some records of one type: what their rules and filters come to, as far as the dimensions that were asked decide it. */
export class Knowledge {
  /** By dimension: the signature that the records have, `undefined` where it was not asked. */
  readonly signatures: readonly (number | undefined)[];
  readonly #rules: readonly TypeRule[];
  readonly #filters: readonly Condition[];
  readonly #dropped: boolean;
  /** Rules that are not decided, and such that hold, by their places in the list of rules. */
  readonly #open: readonly number[];
  readonly #hold: readonly number[];

  private constructor(
    signatures: readonly (number | undefined)[],
    rules: readonly TypeRule[],
    filters: readonly Condition[],
    dropped: boolean,
    open: readonly number[],
    hold: readonly number[],
  ) {
    this.signatures = signatures;
    this.#rules = rules;
    this.#filters = filters;
    this.#dropped = dropped;
    this.#open = open;
    this.#hold = hold;
  }

  /** Before any dimension was asked. */
  static none(rules: readonly TypeRule[], filters: readonly Condition[]): Knowledge {
    return new Knowledge(
      [],
      rules,
      filters,
      false,
      rules.map((_, place) => place),
      [],
    );
  }

  /** What is known once one more dimension was asked. */
  and(dimension: number, signature: number, leaf: (leaf: Leaf, signatures: readonly (number | undefined)[]) => Truth): Knowledge {
    const signatures = [...this.signatures];
    signatures[dimension] = signature;
    const finder = new TruthFinder((one) => leaf(one, signatures));
    const drops = this.#filters.map((condition) => finder.truth(condition));
    const filters = this.#filters.filter((_, place) => drops[place] === undefined);
    const open: number[] = [];
    const hold = [...this.#hold];
    for (const place of this.#open) {
      const truth = finder.truth((this.#rules[place] as TypeRule).condition);
      if (truth === undefined) open.push(place);
      else if (truth) hold.push(place);
    }
    return new Knowledge(signatures, this.#rules, filters, drops.includes(true), open.length === this.#open.length ? this.#open : open, hold);
  }

  /** The verdict, if it does not depend on what was not asked. */
  get verdict(): Verdict | undefined {
    if (this.#dropped) return DROPPED;
    if (this.#filters.length > 0 || this.#open.length > 0) return undefined;
    if (this.#hold.length === 0) return NOTHING;
    const places = [...this.#hold].sort((a, b) => a - b);
    return { dropped: false, rules: places.map((place) => (this.#rules[place] as TypeRule).rule) };
  }

  /** The leaves on which the verdict depends still. */
  openLeaves(leaf: (leaf: Leaf, signatures: readonly (number | undefined)[]) => Truth): Leaf[] {
    const finder = new TruthFinder((one) => leaf(one, this.signatures));
    return finder.openLeaves([...this.#filters, ...this.#open.map((place) => (this.#rules[place] as TypeRule).condition)]);
  }
}
