/**
 * Fluent Bit's core plugins: the input `dummy`, the outputs `stdout`, `null` and `counter`, and the stage `chunk` between
 * inputs and outputs.
 *
 * @packageDocumentation
 */
export { chunkNode } from "./chunk/index.ts";
export { counterOutput } from "./counter.ts";
export { dummyInput } from "./dummy.ts";
export { nullOutput } from "./null.ts";
export { stdoutOutput } from "./stdout.ts";
