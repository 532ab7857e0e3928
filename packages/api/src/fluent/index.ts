/**
 * Fluent Bit plugins: inputs, filters and outputs.
 *
 * @packageDocumentation
 */
export { type EventTime, type FluentMessage, type FluentRecord, type FluentValue, type RecordBatch, recordBatch, recordChannel } from "./record.ts";
export { type TagMatch, tagMatcher } from "./match.ts";
export type { Conf, Fluentbit, FluentCounter, FluentGauge, FluentLogger, FluentMetrics } from "./fluentbit.ts";
export { defineInput, type FluentInput, type InputChannel, type InputDefinition, type OutgoingMessage } from "./input.ts";
export { defineFilter, type FilterDefinition, type FluentFilter } from "./filter.ts";
export { defineOutput, type FluentOutput, type OutputChannel, type OutputDefinition } from "./output.ts";
