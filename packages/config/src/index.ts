/**
 * The dialects: each turns the text of a configuration into a pipeline as plain data, and a list of what is wrong with
 * it. None touches a file, a process or a plugin.
 *
 * @packageDocumentation
 */
export { type DialectName, detectDialect } from "./detect.ts";
export { type ConfigFiles, type ConfigSource, type DialectResult, type Environment, joinPath, noFiles } from "./dialect.ts";
export { type FlowParameters, type FlowResult, type Generation, type Provided, type ProvidedValue, type Provider, readFlow } from "./flow/index.ts";
export { type CommandSection, type FluentbitParameters, readFluentbit } from "./fluentbit/index.ts";
export { type NativeParameters, nativeSchema, readNative, writeNative } from "./native/index.ts";
export { readSysflow, type SysflowParameters } from "./sysflow/index.ts";
