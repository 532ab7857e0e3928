import type { Clock, MillraceError } from "@millrace/api";
import { within } from "./deadline.ts";
import { messageOf, nodeError } from "./errors.ts";
import type { NodeState } from "./node-state.ts";

/**
 * Cleans up nodes one after the other, each once in its life and no longer than `limitMs` (a negative number: as long as it
 * takes), or until `gone` comes. Gives the errors of those that could not, or not in time.
 */
export async function cleanUp(nodes: readonly NodeState[], clock: Clock, limitMs: number, gone: Promise<void> | undefined): Promise<MillraceError[]> {
  const errors: MillraceError[] = [];
  for (const node of nodes) {
    const { instance } = node;
    if (instance === undefined || node.cleaned) continue;
    node.cleaned = true;
    const cleaned = await within(clock, limitMs, () => instance.cleanup?.(), gone);
    if (cleaned.state === "done") continue;
    node.counters.errors += 1;
    errors.push(
      cleaned.state === "failed"
        ? nodeError("MILLRACE_RUN_CLEANUP", node, `could not clean up: ${messageOf(cleaned.cause)}`, cleaned.cause)
        : nodeError("MILLRACE_RUN_CLEANUP", node, "did not clean up in time", undefined),
    );
  }
  return errors;
}
