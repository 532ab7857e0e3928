import type { TransportKind } from "./transport.ts";

/** `export: null`: takes all records and keeps none. */
export const nothing: TransportKind = { name: "null", options: {}, create: () => undefined };
