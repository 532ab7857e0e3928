import { isMillraceError, MillraceError, type Place } from "@millrace/api";
import type { NodeState } from "./node-state.ts";

/** An error in the name of a node, with the place where the configuration has it. */
export function nodeError(code: string, node: NodeState, what: string, cause: unknown): MillraceError {
  const hint = isMillraceError(cause) ? cause.hint : undefined;
  const name = `node '${node.id}'`;
  // What the runtime itself says of a node names it already.
  return new MillraceError(code, what.startsWith(name) ? what : `${name}: ${what}`, {
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
    ...placeOf(node),
  });
}

/** Where the node stands in the configuration, if that is known. */
export function placeOf(node: NodeState): { readonly place?: Place } {
  const { place } = node.graph.spec;
  return place === undefined ? {} : { place };
}

/** What to print of something that was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
