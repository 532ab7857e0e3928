/**
 * Fluent Bit plugins: inputs, filters and outputs.
 *
 * @packageDocumentation
 */

export { defineFilter, type FilterDefinition, type FluentFilter } from "./filter.ts";
export type { Conf, Fluentbit, FluentCounter, FluentGauge, FluentLogger, FluentMetrics } from "./fluentbit.ts";
export { defineInput, type FluentInput, type InputChannel, type InputDefinition, type OutgoingMessage } from "./input.ts";
export { type TagMatch, tagMatcher } from "./match.ts";
export { defineOutput, type FluentOutput, type OutputChannel, type OutputDefinition } from "./output.ts";
export {
  type BufferAccount,
  type ChunkPart,
  type EventTime,
  type FluentMessage,
  partOf,
  type RecordBatch,
  type RecordBatchDetails,
  recordBatch,
  recordChannel,
} from "./record.ts";
export { type FluentExt, type FluentFloat, type FluentRecord, type FluentValue, fluentExt, fluentFloat, partsOfExt, partsOfFloat } from "./value.ts";
