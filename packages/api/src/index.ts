/**
 * What the author of a plugin imports. Types, and helpers that describe a plugin as plain data; nothing here does I/O,
 * keeps state, or depends on another package.
 *
 * @packageDocumentation
 */

export {
  type Batch,
  type BatchData,
  type Hold,
  MAX_BYTES,
  MAX_RECORDS,
  type Outcome,
  type RefusedStatus,
  type Status,
  type StreamPlace,
} from "./batch.ts";
export { ABI, type Brand, CHANNEL, ERROR, PLUGIN } from "./brand.ts";
export {
  type BatchTest,
  type BytesBatch,
  bytesBatch,
  bytesChannel,
  type ChannelData,
  type ChannelKind,
  type ChannelName,
  type DataOf,
  defineChannel,
} from "./channel.ts";
export type { Clock, Counter, Gauge, Hosted, LogFields, Logger, LogLevel, Metrics, PluginContext, Timer } from "./context.ts";
export { type ErrorDetails, isMillraceError, MillraceError } from "./error.ts";
export type { EdgeOutlet, Input, Node, Outlet, Outputs, SendOptions, SourceStream, TestResult } from "./node.ts";
export type { OptionsSchema, SchemaIssue, SchemaResult } from "./options.ts";
export type { Bounds, EdgeSpec, HostedSpec, NodeSpec, OptionsStyle, PipelineSpec, PluginSource, ServiceSpec } from "./pipeline.ts";
export type { Diagnostic, Place, Severity } from "./place.ts";
export {
  type AckMode,
  brandPlugin,
  defineNode,
  type HostSlot,
  isPlugin,
  type NodeDefinition,
  type NoOptions,
  type OnLost,
  type OutKinds,
  type Plugin,
  type PluginChannels,
  type PluginKind,
  type PluginMeta,
  type Stability,
} from "./plugin.ts";
