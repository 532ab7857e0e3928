import type { BatchData } from "./batch.ts";
import { ABI, type Brand, brandOf, PLUGIN } from "./brand.ts";
import type { PluginContext } from "./context.ts";
import type { Node } from "./node.ts";
import type { OptionsSchema } from "./options.ts";

/** The kinds of plugins: four of SysFlow, one of Flow, three of Fluent Bit, and `node`, which belongs to no family. */
export type PluginKind = "driver" | "processor" | "handler" | "action" | "link" | "input" | "filter" | "output" | "node";

/** How far a plugin may be trusted. `experimental` is named in a warning when a pipeline starts. */
export type Stability = "stable" | "beta" | "experimental";

/**
 * How a node settles what it receives. `auto`: a batch is settled by what was sent while it was open. `held`: the node
 * holds batches beyond that. `accept`: it answers `done` before the data is safe, and its docs name the window of loss.
 */
export type AckMode = "auto" | "held" | "accept";

/** What a plugin sends when it is not a fixed list: the kind it receives, or what the plugin hosted in a slot sends. */
export type OutKinds = readonly string[] | "same" | { readonly hosted: string };

/** The channel kinds of a plugin. */
export interface PluginChannels {
  /** The kinds it reads; `"any"` for one that reads whatever comes; an empty list for a source. */
  readonly in: readonly string[] | "any";
  /** The kinds it sends; an empty list for a sink. */
  readonly out: OutKinds;
}

/** A slot in which other plugins live. */
export interface HostSlot {
  readonly kind: PluginKind;
  readonly required?: boolean;
  /** Every plugin of the kind that the run knows lives there, beside those that the configuration names. */
  readonly all?: boolean;
}

/** What a source does with a batch that was lost: go on, set it aside and go on, or end the run. */
export type OnLost = "advance" | "dead-letter" | "stop";

/** A plugin as the runtime sees it: plain data, and a function that makes an instance. Made by the `define` helpers. */
export interface Plugin {
  readonly [PLUGIN]: Brand;
  readonly kind: PluginKind;
  /** What configurations call it. */
  readonly name: string;
  /** Other names for it, such as those of an older generation of configurations. */
  readonly aliases: readonly string[];
  readonly version: string | undefined;
  /** One sentence for lists and docs. */
  readonly description: string;
  readonly stability: Stability;
  readonly options: OptionsSchema | undefined;
  /** Whether options that the schema does not know reach the plugin anyway (an SDK's free keys). */
  readonly freeOptions: boolean;
  readonly channels: PluginChannels;
  readonly hosts: Readonly<Record<string, HostSlot>>;
  readonly ack: AckMode;
  /** Whether several instances may share the work, in any order. */
  readonly replicas: "one" | "many";
  readonly onLost: OnLost;
  /** Makes an instance that the runtime runs. Absent for handlers and actions, which live inside another plugin. */
  readonly node: ((options: never, ctx: PluginContext) => Node | Promise<Node>) | undefined;
  /** What a host calls: a handler's or an action's own factory. Its shape is that of the family's define helper. */
  readonly hostedBy: ((options: never, ctx: PluginContext) => unknown) | undefined;
}

/** The options of a plugin that has no schema: none. Reading one does not compile. */
export type NoOptions = Readonly<Record<never, never>>;

/** What the author of any plugin may say about it. */
export interface PluginMeta<O> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly version?: string;
  readonly description: string;
  readonly stability?: Stability;
  readonly options?: OptionsSchema<O>;
}

type Described = Pick<Plugin, "kind" | "channels"> & Partial<Omit<Plugin, typeof PLUGIN | "kind" | "channels" | "options">> & PluginMeta<never>;

/** Fills in what was left out. The `define` helpers end here; a plugin's author has no need of it. */
export function brandPlugin(described: Omit<Described, "options"> & { readonly options?: OptionsSchema | undefined }): Plugin {
  return {
    [PLUGIN]: { abi: ABI },
    kind: described.kind,
    name: described.name,
    aliases: described.aliases ?? [],
    version: described.version,
    description: described.description,
    stability: described.stability ?? "beta",
    options: described.options,
    freeOptions: described.freeOptions ?? false,
    channels: described.channels,
    hosts: described.hosts ?? {},
    ack: described.ack ?? "auto",
    replicas: described.replicas ?? "one",
    onLost: described.onLost ?? "stop",
    node: described.node,
    hostedBy: described.hostedBy,
  };
}

/** Whether a value is a plugin, whichever copy of this module made it. */
export function isPlugin(value: unknown): value is Plugin {
  return brandOf(value, PLUGIN) !== undefined;
}

/** A plugin that belongs to no family: the runtime's one primitive as it is. */
export interface NodeDefinition<O, I extends BatchData, U extends BatchData> extends PluginMeta<O> {
  readonly channels: PluginChannels;
  readonly ack?: AckMode;
  readonly replicas?: "one" | "many";
  readonly onLost?: OnLost;
  readonly hosts?: Readonly<Record<string, HostSlot>>;
  create(options: O, ctx: PluginContext): Node<I, U> | Promise<Node<I, U>>;
}

/**
 * Defines a node that belongs to no family.
 *
 * @example
 * ```ts
 * const plugin: Plugin = defineNode({
 *   name: "discard",
 *   description: "Reads everything and keeps nothing",
 *   channels: { in: "any", out: [] },
 *   create: () => ({ async run(input) { for await (const _ of input); } }),
 * });
 * export { plugin };
 * ```
 */
export function defineNode<O = NoOptions, I extends BatchData = BatchData, U extends BatchData = BatchData>(definition: NodeDefinition<O, I, U>): Plugin {
  const { create, ...meta } = definition;
  return brandPlugin({ ...meta, kind: "node", node: (options: never, ctx) => create(options, ctx) as Node | Promise<Node> });
}
