/**
 * Flow's core links: receivers over TCP, HTTP, UDP and unix sockets, file and null sinks, the dumper, and the mux.
 *
 * @packageDocumentation
 */
export { coreReceiver } from "./core-receiver.ts";
export { coreSink } from "./core-sink.ts";
export { dumper } from "./dumper.ts";
export { httpReceiver } from "./http-receiver.ts";
export { mux } from "./mux.ts";
export { nullSink } from "./null-sink.ts";
export { tcpReceiver } from "./tcp-receiver.ts";
