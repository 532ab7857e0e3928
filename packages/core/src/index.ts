export type { Graph, GraphEdge, GraphNode } from "./graph.ts";
export type { Host } from "./host.ts";
export { createRun, type Run, type RunResult, type RunState, type Tally } from "./run/run.ts";
export type { DeadLetter, Guard, RunOptions } from "./run/options.ts";
export type { Flow, NodePhase, NodeStats } from "./run/stats.ts";
export { systemClock } from "./run/system-clock.ts";
export { type VirtualClock, virtualClock } from "./run/virtual-clock.ts";
