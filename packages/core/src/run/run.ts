import type { Graph } from "../graph.ts";
import type { Host } from "../host.ts";
import { GraphRun } from "./graph-run.ts";
import type { RunOptions } from "./options.ts";
import type { RunResult } from "./result.ts";
import type { NodeStats } from "./stats.ts";

/** Where a run stands. The last four are ends. */
export type RunState = "new" | "testing" | "ready" | "running" | "draining" | "closing" | RunResult["state"];

/** A graph at work. */
export interface Run {
  readonly state: RunState;
  /**
   * Makes the nodes, opens them (sinks first) and asks for their health. Throws a MillraceError that names every node that is
   * not well; everything is cleaned up then. Codes: `MILLRACE_RUN_CREATE`, `_INIT`, `_HEALTH`, `_ABORTED`, `_HOSTED`.
   */
  test(): Promise<void>;
  /** Runs until the end, after {@link Run.test} if that has not been called. Throws only as `test` does; any other end is a result. */
  start(): Promise<RunResult>;
  /** Takes nothing new, and ends when everything is settled or the grace time is over. */
  drain(reason: string): void;
  /** Ends at once: what is in flight is lost, and sources keep their positions. */
  abort(reason: string): void;
  /** The numbers of every node, in the order of the graph. */
  stats(): NodeStats[];
}

/**
 * Makes a run of a graph. Nothing is started, and the process is left alone: a command drains its run on the first signal
 * and aborts it on the second.
 *
 * @example
 * ```ts
 * const run = createRun(graph, host);
 * process.once("SIGTERM", () => {
 *   run.drain("SIGTERM");
 *   process.once("SIGTERM", () => run.abort("second SIGTERM"));
 * });
 * const result = await run.start();
 * process.exitCode = result.state === "failed" ? 1 : 0;
 * ```
 */
export function createRun(graph: Graph, host: Host, options: RunOptions = {}): Run {
  return new GraphRun(graph, host, options);
}
