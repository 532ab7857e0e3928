/**
 * Example plugins for Fluent Bit pipelines: twins of those that come with the Go SDK. This file makes all of them known
 * at once; each also stands in a file of its own.
 *
 * @packageDocumentation
 */
export { plugin as gdummy } from "./gdummy.ts";
export { plugin as goTestInputPlugin } from "./go-test-input-plugin.ts";
export { plugin as goTestOutputPlugin } from "./go-test-output-plugin.ts";
export { plugin as gstdout } from "./gstdout.ts";
export { plugin as multiinstance } from "./multiinstance.ts";
