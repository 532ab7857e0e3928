/**
 * Conditions as a graph in which equal parts are one node. Falco and Sigma rules are both turned into it; it is
 * simplified while it is built, and shared by all rules of a set.
 */

/** A test of one text. Several values: any of them will do. `caseless` values are in lower case. */
export type TextTest =
  | { readonly kind: "equals" | "contains" | "startswith" | "endswith"; readonly values: readonly string[]; readonly caseless: boolean }
  /** The whole text matches a pattern in which `*` is any run of characters and `?` any one. */
  | { readonly kind: "wildcard"; readonly patterns: readonly Wildcard[]; readonly caseless: boolean }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string }
  | { readonly kind: "cidr"; readonly networks: readonly Network[] };

/** Pieces of a pattern: literal texts, and between them what the wildcards stand for. */
export type Wildcard = readonly (string | { readonly any: "run" | "one" })[];

/** An IPv4 network: the address as an unsigned number in host order, and how many bits of it count. */
export interface Network {
  readonly address: number;
  readonly bits: number;
}

export type NumberComparison = "<" | "<=" | ">" | ">=" | "=";

/** What a test reads: an attribute by name, or what a path finds in the JSON that it holds. */
export interface Subject {
  readonly attribute: string;
  readonly path: string | undefined;
}

/** One side of a comparison between two: a subject, or a text that stands in the rule. */
export type Side = Subject | { readonly literal: string };

interface NodeBase {
  /** Unique among the nodes of one builder. A node's parts have smaller ids. */
  readonly id: number;
}

export type Condition = NodeBase &
  (
    | { readonly node: "constant"; readonly value: boolean }
    | { readonly node: "and"; readonly terms: readonly Condition[] }
    | { readonly node: "or"; readonly terms: readonly Condition[] }
    | { readonly node: "not"; readonly term: Condition }
    /** Whether a piece of the subject's text passes. The pieces are divided by commas, unless `whole`. */
    | { readonly node: "text"; readonly subject: Subject; readonly test: TextTest; readonly whole: boolean }
    /** Whether a number of the subject compares so; what is no number is 0. */
    | { readonly node: "number"; readonly subject: Subject; readonly comparison: NumberComparison; readonly value: bigint }
    /** Whether some pieces of two subjects compare so. */
    | {
        readonly node: "texts";
        readonly left: Side;
        readonly right: Side;
        readonly kind: "equals" | "contains" | "startswith" | "endswith";
        readonly caseless: boolean;
      }
    | { readonly node: "numbers"; readonly left: Side; readonly right: Side; readonly comparison: NumberComparison }
    | { readonly node: "exists"; readonly subject: Subject }
  );

type Draft = Condition extends infer C ? (C extends NodeBase ? Omit<C, "id"> : never) : never;

/** Builds conditions. Equal ones are the same object, and what is always true or false is found while building. */
export class ConditionBuilder {
  readonly #known = new Map<string, Condition>();
  readonly #nodes: Condition[] = [];

  /** Every node, each after its parts. */
  get nodes(): readonly Condition[] {
    return this.#nodes;
  }

  constant(value: boolean): Condition {
    return this.#intern(value ? "true" : "false", { node: "constant", value });
  }

  not(term: Condition): Condition {
    if (term.node === "constant") return this.constant(!term.value);
    if (term.node === "not") return term.term;
    return this.#intern(`not ${term.id}`, { node: "not", term });
  }

  and(terms: readonly Condition[]): Condition {
    return this.#chain("and", terms);
  }

  or(terms: readonly Condition[]): Condition {
    return this.#chain("or", terms);
  }

  leaf(draft: Exclude<Draft, { readonly node: "constant" | "and" | "or" | "not" }>): Condition {
    return this.#intern(
      JSON.stringify(draft, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)),
      draft,
    );
  }

  /** Flattens, drops what says nothing, and finds what decides the whole: a constant, or a term and its opposite. */
  #chain(node: "and" | "or", terms: readonly Condition[]): Condition {
    const neutral = node === "and";
    const seen = new Set<Condition>();
    for (const term of terms) {
      for (const part of term.node === node ? term.terms : [term]) {
        if (part.node === "constant") {
          if (part.value === neutral) continue;
          return part;
        }
        if (seen.has(this.not(part))) return this.constant(!neutral);
        seen.add(part);
      }
    }
    const parts = [...seen];
    if (parts.length === 0) return this.constant(neutral);
    if (parts.length === 1) return parts[0] as Condition;
    // The order of the terms has no meaning, so the same terms in another order are the same condition.
    const key = parts.map(({ id }) => id).sort((a, b) => a - b);
    return this.#intern(`${node} ${key.join(" ")}`, { node, terms: parts });
  }

  #intern(key: string, draft: Draft): Condition {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const condition = { ...draft, id: this.#nodes.length } as Condition;
    this.#known.set(key, condition);
    this.#nodes.push(condition);
    return condition;
  }
}
