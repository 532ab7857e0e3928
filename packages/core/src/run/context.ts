import type { Clock, Hosted, Logger, Metrics, PluginContext } from "@millrace/api";
import type { Host } from "../host.ts";
import type { NodeState } from "./node-state.ts";

/** What the instance of a node is handed. */
export function contextOf(node: NodeState, host: Host, service: Readonly<Record<string, unknown>>, draining: AbortSignal, signal: AbortSignal): PluginContext {
  const { graph } = node;
  const clock = guardedClock(node, host.clock);
  const onFlush = (callback: () => void): void => void node.flushers.push(callback);
  const contextFor = (name: string, inner: string | undefined): PluginContext => {
    const log: Logger = host.logger(name, inner ?? graph.plugin.name);
    const metrics: Metrics = host.metrics(name, inner ?? graph.plugin.name);
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

/** A clock whose callbacks, when they throw, end the run in the name of the node, and not the process. */
function guardedClock(node: NodeState, clock: Clock): Clock {
  return {
    now: () => clock.now(),
    nanos: () => clock.nanos(),
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => clock.after(ms, () => node.guarded(callback)),
    every: (ms, callback) => clock.every(ms, () => node.guarded(callback)),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
