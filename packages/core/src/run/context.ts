import type { Clock, Hosted, Logger, Metrics, PluginContext } from "@millrace/api";
import type { GraphNode } from "../graph.ts";
import type { Host } from "../host.ts";

/** What an instance is handed. */
export function contextOf(
  graph: GraphNode, host: Host, service: Readonly<Record<string, unknown>>, draining: AbortSignal, signal: AbortSignal, onFlush: (callback: () => void) => void,
): PluginContext {
  const contextFor = (name: string, inner: string | undefined): PluginContext => {
    const log: Logger = host.logger(name, inner ?? graph.plugin.name);
    const metrics: Metrics = host.metrics(name, inner ?? graph.plugin.name);
    const clock: Clock = host.clock;
    return {
      name,
      log,
      metrics,
      clock,
      random: () => host.random(),
      stateDirectory: () => host.stateDirectory(name),
      draining,
      signal,
      onFlush,
      hosted: (slot): readonly Hosted[] => graph.hosted.get(slot) ?? [],
      instance: graph.spec.instance ?? {},
      service,
      child: (innerName) => contextFor(`${name}/${innerName}`, innerName),
    };
  };
  return contextFor(graph.id, undefined);
}
