import type { Source, Span } from "@millrace/text";

/** A piece of one of the texts a rule is made of: a condition may go on in another file (`append`). */
export interface Range extends Span {
  readonly source: Source;
}

/** Operators that stand between two operands. */
export const BINARY_OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "contains", "icontains", "startswith", "endswith"] as const;

/** Operators whose right side is a list in parentheses. */
export const LIST_OPERATORS = ["in", "pmatch"] as const;

export type BinaryOperator = (typeof BINARY_OPERATORS)[number];
export type ListOperator = (typeof LIST_OPERATORS)[number];

/** What stands on either side of an operator: an attribute, or a literal. Which of the two, only the checker knows. */
export interface Operand {
  /** As it stands in the file, bounding quotes removed. */
  readonly text: string;
  readonly quoted: boolean;
  readonly at: Range;
}

/** A condition as it was written. */
export type Expression =
  | { readonly node: "and" | "or"; readonly terms: readonly Expression[]; readonly at: Range }
  | { readonly node: "not"; readonly term: Expression; readonly at: Range }
  | { readonly node: "reference"; readonly name: string; readonly at: Range }
  | { readonly node: "exists"; readonly operand: Operand; readonly at: Range }
  | { readonly node: "compare"; readonly operator: BinaryOperator; readonly left: Operand; readonly right: Operand; readonly at: Range }
  | { readonly node: "among"; readonly operator: ListOperator; readonly left: Operand; readonly items: readonly Operand[]; readonly at: Range };
