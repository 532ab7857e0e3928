export {
  type ArtefactHost,
  type BundledPackage,
  comparePackage,
  compareSum,
  compareWithHost,
  type InspectedFile,
  type Inspection,
  type InspectOptions,
  inspectArtefact,
  type LoaderSettings,
  loaderSettings,
  MANIFEST_FORMAT,
  type ManifestPlugin,
  manifestNameOf,
  type PluginManifest,
  type PluginPackage,
  type ReadManifest,
  type Release,
  type ReleasedPackage,
  readManifest,
  readPackage,
  rebuildCommand,
  sha256,
  writableByAll,
} from "./artefact/index.ts";
export type { Graph, GraphEdge, GraphNode } from "./graph.ts";
export type { Host } from "./host.ts";
export {
  createLogging,
  isLogThreshold,
  type Line,
  type LineLevel,
  type LineShape,
  type LineShapeName,
  type LineTime,
  type LogFormat,
  type Logging,
  type LoggingOptions,
  type LogTarget,
  type LogThreshold,
  lineShapes,
} from "./logging/index.ts";
export {
  INSTANCE_LABEL,
  type MetricFamily,
  type MetricSample,
  type MetricsCollector,
  MetricsRegistry,
  type MetricType,
  PROMETHEUS_TYPE,
  type PrometheusOptions,
  prometheusText,
} from "./metrics/index.ts";
export { type Plan, type PlanOptions, plan } from "./plan/index.ts";
export {
  type ChannelEntry,
  type ChannelSource,
  type Conversion,
  type FoundPlugin,
  type Listed,
  type Made,
  type Origin,
  type PluginEntry,
  type PluginListing,
  type RefusedFile,
  Registry,
  type RegistryOptions,
  type Resolution,
  type ResolveOptions,
} from "./registry/index.ts";
export type { DeadLetter, Guard, RunOptions } from "./run/options.ts";
export type { RunResult, Tally } from "./run/result.ts";
export { createRun, type Run, type RunState } from "./run/run.ts";
export type { Flow, NodePhase, NodeStats } from "./run/stats.ts";
export { systemClock } from "./run/system-clock.ts";
export { type VirtualClock, virtualClock } from "./run/virtual-clock.ts";
