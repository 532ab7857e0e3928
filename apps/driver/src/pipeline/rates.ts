import type { Clock } from "@millrace/api";
import type { Graph, Run } from "@millrace/core";

/** How often rates are told, in milliseconds. */
const EVERY_MS = 15_000;

/**
 * Tells every 15 seconds, and at the end, how many records each node has taken (a source: sent) in a second, and how many
 * wait in its channels. Gives what ends it.
 */
export function watchRates(run: Pick<Run, "stats">, graph: Graph, clock: Clock, tell: (text: string) => void): () => void {
  const sources = new Set(graph.nodes.filter(({ id }) => !graph.edges.some(({ to }) => to === id)).map(({ id }) => id));
  const before = new Map<string, number>();
  let since = clock.monotonic();
  const tellAll = (): void => {
    const now = clock.monotonic();
    const seconds = Math.max(now - since, 1) / 1000;
    since = now;
    for (const { id, in: received, out, queued } of run.stats()) {
      const total = sources.has(id) ? out.records : received.records;
      const rate = Math.round((total - (before.get(id) ?? 0)) / seconds);
      before.set(id, total);
      if (!sources.has(id)) tell(`${id} input channel queue: ${queued.records}`);
      tell(`${id}${sources.has(id) ? " driver" : ""} rate (events/sec): ${rate}`);
    }
  };
  const timer = clock.every(EVERY_MS, tellAll);
  return () => {
    timer.cancel();
    tellAll();
  };
}
