/**
 * Fluent Bit plugins: inputs, filters and outputs.
 *
 * @packageDocumentation
 */
export { type FluentExt, fluentExt, type FluentFloat, fluentFloat, type FluentRecord, type FluentValue, partsOfExt, partsOfFloat } from "./value.ts";
export {
  type BufferAccount, type ChunkPart, type EventTime, type FluentMessage, partOf, type RecordBatch, recordBatch, type RecordBatchDetails, recordChannel,
} from "./record.ts";
export { type TagMatch, tagMatcher } from "./match.ts";
export type { Conf, Fluentbit, FluentCounter, FluentGauge, FluentLogger, FluentMetrics } from "./fluentbit.ts";
export { defineInput, type FluentInput, type InputChannel, type InputDefinition, type OutgoingMessage } from "./input.ts";
export { defineFilter, type FilterDefinition, type FluentFilter } from "./filter.ts";
export { defineOutput, type FluentOutput, type OutputChannel, type OutputDefinition } from "./output.ts";
