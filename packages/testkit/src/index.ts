/**
 * What the author of a plugin tests with: a harness that runs any plugin without a process, builders of what flows, and
 * conformance suites.
 *
 * @packageDocumentation
 */

export type { ConformanceOptions } from "./conformance/subject.ts";
export { type ConformanceCheck, conformanceChecks, describeConformance, type TestRunner } from "./conformance/suite.ts";
export { eventBatch, type FlatSketch, flat, flatBatch, sysflowEvent } from "./data/flat.ts";
export { chunks, message, messages, payloads } from "./data/messages.ts";
export { bodies, records, type TimedRecord, timedRecords } from "./data/records.ts";
export type { Delivery } from "./harness/collector.ts";
export { diagnose } from "./harness/diagnose.ts";
export type { Ended, Fed } from "./harness/feed.ts";
export { Harness, harness } from "./harness/harness.ts";
export type { LogLine } from "./harness/log.ts";
export type { Downstream, Expire, HarnessOptions, HostedPlugin, Peer } from "./harness/options.ts";
export * from "./scenario/index.ts";
