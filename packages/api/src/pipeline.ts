import type { Place } from "./place.ts";
import type { OnLost, PluginKind } from "./plugin.ts";

/** A pipeline as plain data: what every dialect is turned into, and all that planning reads. */
export interface PipelineSpec {
  /** The dialect it was written in: `sysflow`, `flow`, `fluentbit`, `native`, or `test`. */
  readonly dialect: string;
  readonly nodes: readonly NodeSpec[];
  readonly edges: readonly EdgeSpec[];
  readonly service: ServiceSpec;
  /** Where plugins are looked for beside the built-in ones. */
  readonly plugins: readonly PluginSource[];
}

/** One instance of a plugin. */
export interface NodeSpec {
  /** Unique in the pipeline; the instance's name in logs, metrics and messages. */
  readonly id: string;
  readonly plugin: string;
  readonly kind: PluginKind;
  readonly options: Readonly<Record<string, unknown>>;
  /** Keys of `options` that may have been meant for somebody else, such as an environment variable whose name fits: one that the plugin has not is a warning. */
  readonly doubtful?: readonly string[];
  /** Settings that the family gives to every instance of this kind (a tag, a retry limit): its define helper reads them. */
  readonly instance?: Readonly<Record<string, unknown>>;
  /** How the dialect writes options. */
  readonly style?: OptionsStyle;
  /** Plugins that live in this one, by the slot that the plugin's `hosts` declares. */
  readonly hosted?: readonly HostedSpec[];
  /** Where the node stands, and where each of its options does. */
  readonly place?: Place;
  readonly places?: Readonly<Record<string, Place>>;
  /** Where the key of each option stands, where a dialect can tell it from the value: a key that is not known is shown there. */
  readonly keyPlaces?: Readonly<Record<string, Place>>;
  /** Whether it may be left without an input: a warning then, not an error. */
  readonly optionalInput?: boolean;
  /** What a source does with what is lost; the plugin's own choice if absent. */
  readonly onLost?: OnLost;
  /** How much a source may have in flight. */
  readonly credit?: Bounds;
}

/** How the options of a node were written, and so how they are checked. */
export interface OptionsStyle {
  /** Keys match without regard to case. */
  readonly caseless?: boolean;
  /** Numbers and booleans may be written as text (and text as a number), as the schema asks. */
  readonly textual?: boolean;
  /** An unknown key is an error (the default), or a warning where the peer ignores it. */
  readonly unknown?: "error" | "warning";
}

/** A plugin inside another one. */
export interface HostedSpec {
  readonly slot: string;
  readonly plugin: string;
  readonly kind: PluginKind;
  /** Its own options. Absent: it takes from its host's options those keys that its schema knows. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly place?: Place;
  /** As those of a node, for options of its own. */
  readonly places?: Readonly<Record<string, Place>>;
  readonly keyPlaces?: Readonly<Record<string, Place>>;
}

/** Bounds on what a channel or a source holds. */
export interface Bounds {
  readonly records?: number;
  readonly bytes?: number;
}

/** One edge of the graph. */
export interface EdgeSpec {
  readonly from: string;
  readonly to: string;
  /** The channel kind, if the dialect names one; otherwise what the two plugins agree on. */
  readonly channel?: string;
  /** Which batches take this edge; the channel kind gives it its meaning (a tag pattern, for instance). */
  readonly match?: unknown;
  /** The name by which the sender chooses it, such as the value of a routing key. */
  readonly port?: string;
  /** Edges of one sender that share a queue compete: each batch goes to one of them. */
  readonly queue?: string;
  readonly bounds?: Bounds;
  readonly place?: Place;
}

/** Settings of the whole pipeline. What a dialect adds is handed to the plugins as it is. */
export interface ServiceSpec {
  /** How long a drain may take before the run ends anyway, in milliseconds. Default 5000. */
  readonly graceMs?: number;
  /** How long all health checks together may take, in milliseconds. Default 10000. */
  readonly healthMs?: number;
  readonly [setting: string]: unknown;
}

/** A place to look for plugins. */
export interface PluginSource {
  /** One file, a folder in which each plugin is a file or a folder of its own, or an npm package. */
  readonly from: "file" | "directory" | "package";
  readonly path: string;
  /** Only plugins of this kind are wanted from there. */
  readonly kind?: PluginKind;
  /** Whether it is an error that it does not exist. Default true. */
  readonly required?: boolean;
  readonly place?: Place;
}
