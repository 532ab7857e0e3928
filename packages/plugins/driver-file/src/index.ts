/**
 * The driver `file`: reads a trace, or a folder of traces one after the other.
 *
 * @packageDocumentation
 */
export { plugin } from "./driver.ts";
