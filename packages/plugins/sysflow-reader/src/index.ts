/**
 * The processor `sysflowreader`, which keeps the entities of a stream of records and calls a handler for each record; and the
 * handler `flattener`, which turns events into flat records.
 *
 * @packageDocumentation
 */
export { flattener } from "./flattener/flattener.ts";
export { reader } from "./reader.ts";
