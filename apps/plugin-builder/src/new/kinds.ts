import type { PluginKind } from "@millrace/api";

/** The kinds of plugins that a package can be begun with. */
export type NewKind = Exclude<PluginKind, "node">;

/** What the package of a plugin of some kind has beside its template. */
export interface KindDetails {
  /** The pipeline to try it with, and what it reads; relative to the package. */
  readonly example: readonly string[];
  /** Whether the example reads the trace that all templates share. */
  readonly readsTrace: boolean;
}

const TRACE = "example/trace.sf";

/** Each kind has a template of its name. */
export const KINDS: Readonly<Record<NewKind, KindDetails>> = {
  processor: { example: ["example/pipeline.json", TRACE], readsTrace: true },
  handler: { example: ["example/pipeline.json", TRACE], readsTrace: true },
  action: { example: ["example/pipeline.json", TRACE], readsTrace: true },
  driver: { example: ["example/pipeline.json"], readsTrace: false },
  link: { example: ["example/flow.yaml"], readsTrace: false },
  input: { example: ["example/fluent-bit.conf"], readsTrace: false },
  filter: { example: ["example/fluent-bit.conf"], readsTrace: false },
  output: { example: ["example/fluent-bit.conf"], readsTrace: false },
};

export function isKind(kind: string): kind is NewKind {
  return Object.hasOwn(KINDS, kind);
}
