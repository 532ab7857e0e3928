import type { PluginKind } from "@millrace/api";

/** The kinds of plugins that a package can be begun with. */
export type NewKind = Exclude<PluginKind, "node">;

/** What the package of a plugin of some kind has beside its template. */
export interface KindDetails {
  /** The pipeline to try it with, and what it reads; relative to the package. */
  readonly example: readonly string[];
  /** Whether the example reads the trace that all templates share. */
  readonly readsTrace?: boolean;
  /** Whether the example runs until somebody ends it. */
  readonly endless?: boolean;
  /** Options that the builder tries it with, where it can't be without any. */
  readonly tryWith?: Readonly<Record<string, unknown>>;
}

const SYSFLOW: KindDetails = { example: ["example/pipeline.json", "example/trace.sf"], readsTrace: true };
const FLUENT_BIT: KindDetails = { example: ["example/fluent-bit.conf"], endless: true };

/** Each kind has a template of its name. */
export const KINDS: Readonly<Record<NewKind, KindDetails>> = {
  processor: SYSFLOW,
  handler: SYSFLOW,
  action: SYSFLOW,
  driver: { example: ["example/pipeline.json"] },
  link: { example: ["example/flow.yaml"], endless: true },
  input: FLUENT_BIT,
  filter: { ...FLUENT_BIT, tryWith: { keys: "password" } },
  output: { ...FLUENT_BIT, tryWith: { path: "out.jsonl" } },
};

export function isKind(kind: string): kind is NewKind {
  return Object.hasOwn(KINDS, kind);
}
