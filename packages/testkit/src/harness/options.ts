import type { BatchData, Bounds, ChannelKind, Clock, OnLost, OptionsStyle, Plugin } from "@millrace/api";
import type { Delivery } from "./collector.ts";

/** A plugin that lives in the one under test, with its options. */
export type HostedPlugin = Plugin | { readonly plugin: Plugin; readonly options?: Readonly<Record<string, unknown>> };

/** A node downstream of the plugin under test. */
export interface Peer {
  readonly name: string;
  /** The kind of channel that leads to it; the first that the plugin sends, if absent. */
  readonly kind?: string;
  /** The name by which the plugin chooses it, such as a route. */
  readonly port?: string;
  /** Which batches it takes; the channel kind gives it its meaning. */
  readonly match?: unknown;
  /** Peers that share a queue compete. */
  readonly queue?: string;
}

/**
 * What the nodes downstream do with what they get. `done`: they take it. `manual`: they hold it until the test answers.
 * `blocked`: they take nothing until {@link Harness.unblock}. A function: they answer as it says, and `done` where it
 * says nothing.
 */
export type Downstream = "done" | "manual" | "blocked" | ((delivery: Delivery) => void | Promise<void>);

/** What a cursor test looks after: see {@link HarnessOptions.expire}. */
export type Expire = "batches" | "cursors" | "nothing";

export interface HarnessOptions {
  /** The name of the instance; the plugin's own if absent. */
  readonly name?: string;
  /** Options as a configuration would give them: they are checked by the plugin's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How the configuration writes them; strictly, if absent. */
  readonly style?: OptionsStyle;
  /** What is fed before anything else; the input ends after it. Without it, feed by {@link Harness.feed} and end by {@link Harness.end}. */
  readonly input?: BatchData | readonly BatchData[];
  /** The kind of channel that leads to the plugin; the first that it reads, if absent. Needed where it reads any. */
  readonly inputKind?: string;
  /** Kinds of channels beside those of the families. */
  readonly kinds?: readonly ChannelKind[];
  readonly instance?: Readonly<Record<string, unknown>>;
  readonly service?: Readonly<Record<string, unknown>>;
  /** What lives in the plugin, by slot. */
  readonly hosted?: Readonly<Record<string, HostedPlugin | readonly HostedPlugin[]>>;
  /** Where a handler or an action lives; a plain host of the testkit, if absent. */
  readonly host?: { readonly plugin: Plugin; readonly slot: string; readonly options?: Readonly<Record<string, unknown>> };
  /** `virtual` (the default): time stands still until {@link Harness.advance}. `system`: real time, for plugins with sockets and files. */
  readonly clock?: "virtual" | "system" | Clock;
  /** The nodes downstream; one, called `output`, if absent. */
  readonly peers?: readonly (string | Peer)[];
  readonly downstream?: Downstream;
  /** How much the source upstream, or the plugin if it is a source, may have in flight. */
  readonly credit?: Bounds;
  /** How much each channel may hold. */
  readonly bounds?: Bounds;
  readonly onLost?: OnLost;
  /** How long a wait may take, in milliseconds of real time. Default 10000. */
  readonly deadlineMs?: number;
  /** The first number of the sequence behind `ctx.random()`. Default 1. */
  readonly seed?: number;
  /** A folder for `ctx.stateDirectory()`, which is kept; one that is removed at the end, if absent. */
  readonly stateDirectory?: string;
  /**
   * What may not be used after its time. `batches` (the default): the cursor of a flat record or event, when the loop has
   * gone on, and the whole batch, when the plugin has let it go. `cursors`: only the former, for a plugin that sends batches
   * which refer to those it has received.
   */
  readonly expire?: Expire;
}
