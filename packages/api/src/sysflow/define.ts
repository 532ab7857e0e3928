import type { BatchData } from "../batch.ts";
import type { ChannelName, DataOf } from "../channel.ts";
import type { PluginContext } from "../context.ts";
import type { Input, Node, Outputs, TestResult } from "../node.ts";
import { type AckMode, brandPlugin, type HostSlot, type NoOptions, type OnLost, type OutKinds, type Plugin, type PluginMeta } from "../plugin.ts";
import type { SysflowEvent } from "./channels.ts";
import type { Container, File, FileEvent, FileFlow, Header, K8sEvent, NetworkEvent, NetworkFlow, Pod, Process, ProcessEvent, ProcessFlow } from "./records.ts";

// ---------------------------------------------------------------------------------------------------------- drivers

/** A source of records. */
export interface Driver<O extends BatchData = BatchData> {
  test?(): TestResult | Promise<TestResult>;
  /** Reads and sends until there is no more, or `ctx.draining` is set. */
  run(outputs: Outputs<O>): void | Promise<void>;
  cleanup?(): void | Promise<void>;
}

export interface DriverDefinition<O, K extends ChannelName> extends PluginMeta<O> {
  /** The channel kind it sends, `sysflow` if absent. */
  readonly out?: K;
  readonly onLost?: OnLost;
  create(options: O, ctx: PluginContext): Driver<DataOf<K>> | Promise<Driver<DataOf<K>>>;
}

/** Defines a driver: a plugin that reads records from somewhere. */
export function defineDriver<O = NoOptions, K extends ChannelName = "sysflow">(definition: DriverDefinition<O, K>): Plugin {
  const { create, out, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "driver",
    channels: { in: [], out: [out ?? "sysflow"] },
    node: async (options: never, ctx): Promise<Node> => {
      const driver = await create(options, ctx);
      return {
        ...(driver.test && { test: () => driver.test?.() }),
        run: (_input, outputs) => driver.run(outputs as Outputs<DataOf<K>>),
        cleanup: () => driver.cleanup?.(),
      };
    },
  });
}

// ------------------------------------------------------------------------------------------------------- processors

/** A stage of a pipeline. */
export interface Processor<I extends BatchData = BatchData, O extends BatchData = BatchData> {
  /** The health check. `false` or an error ends the run before a record moves. */
  test?(): TestResult | Promise<TestResult>;
  /** The main loop. Returns when the input has ended. */
  process(input: Input<I>, outputs: Outputs<O>): void | Promise<void>;
  cleanup?(): void | Promise<void>;
}

export interface ProcessorDefinition<O, I extends ChannelName, U extends ChannelName> extends PluginMeta<O> {
  /** The channel kind or kinds it reads. */
  readonly in: I | readonly I[];
  /** The channel kinds it sends; a stage that ends the pipeline has none. `{ hosted: slot }`: what the hosted plugin sends. */
  readonly out?: U | readonly U[] | Exclude<OutKinds, readonly string[]>;
  readonly ack?: AckMode;
  readonly replicas?: "one" | "many";
  readonly hosts?: Readonly<Record<string, HostSlot>>;
  create(options: O, ctx: PluginContext): Processor<DataOf<I>, DataOf<U>> | Promise<Processor<DataOf<I>, DataOf<U>>>;
}

/**
 * Defines a processor: a stage with a main loop over its input.
 *
 * @example
 * ```ts
 * const plugin: Plugin = defineProcessor({
 *   name: "starts",
 *   description: "Says which programs start",
 *   in: "flat",
 *   create: (_options, ctx) => ({
 *     async process(input) {
 *       for await (const batch of input) {
 *         for (const record of batch.data) {
 *           if (record.type === "PE") ctx.log.info(record.text("sf.proc.exe"));
 *         }
 *       }
 *     },
 *   }),
 * });
 * ```
 */
export function defineProcessor<O = NoOptions, I extends ChannelName = ChannelName, U extends ChannelName = never>(
  definition: ProcessorDefinition<O, I, U>,
): Plugin {
  const { create, in: input, out, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "processor",
    channels: {
      in: listOf(input),
      out: out === undefined ? [] : typeof out === "object" && "hosted" in out ? out : out === "same" ? "same" : listOf(out as U | readonly U[]),
    },
    node: async (options: never, ctx): Promise<Node> => {
      const processor = await create(options, ctx);
      return {
        ...(processor.test && { test: () => processor.test?.() }),
        run: (from, to) => processor.process(from as Input<DataOf<I>>, to as unknown as Outputs<DataOf<U>>),
        cleanup: () => processor.cleanup?.(),
      };
    },
  });
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

// --------------------------------------------------------------------------------------------------------- handlers

/** What is known around a record while a handler handles it. Valid during the call. */
export interface RecordContext {
  /** The header that is in force; for a header record, the one before. */
  readonly header: Header | undefined;
  readonly container: Container | undefined;
  readonly pod: Pod | undefined;
  readonly process: Process | undefined;
  readonly file: File | undefined;
  /** The second file of a rename or link. */
  readonly newFile: File | undefined;
  /** The process itself, its parent, and so on to the root, as far as they are known. */
  readonly ancestors: readonly Process[];
}

/** The kinds of entities a handler may ask for. */
export type EntityKind = "header" | "container" | "pod" | "process" | "file";

/** A handler: one optional method for each type of record. Methods are called in the order of the records. */
export interface Handler<O extends BatchData = BatchData> {
  /** Called once before the first record, with the way out. */
  open?(outputs: Outputs<O>): void | Promise<void>;
  handleHeader?(context: RecordContext, header: Header): void;
  handleContainer?(context: RecordContext, container: Container): void;
  handlePod?(context: RecordContext, pod: Pod): void;
  handleProcess?(context: RecordContext, process: Process): void;
  handleFile?(context: RecordContext, file: File): void;
  handleProcEvt?(context: RecordContext, event: ProcessEvent): void;
  handleNetFlow?(context: RecordContext, flow: NetworkFlow): void;
  handleFileFlow?(context: RecordContext, flow: FileFlow): void;
  handleFileEvt?(context: RecordContext, event: FileEvent): void;
  handleNetEvt?(context: RecordContext, event: NetworkEvent): void;
  handleProcFlow?(context: RecordContext, flow: ProcessFlow): void;
  handleK8sEvt?(context: RecordContext, event: K8sEvent): void;
  /** Called after the last record of each batch, with the way out: the place to send what was gathered. The batch is open meanwhile. */
  batchEnd?(outputs: Outputs<O>): void | Promise<void>;
  cleanup?(): void | Promise<void>;
}

export interface HandlerDefinition<O, K extends ChannelName> extends PluginMeta<O> {
  /** Whether, or for which entities, the entity methods are called: all (`true`), none (default), or those named. */
  readonly entities?: boolean | readonly EntityKind[];
  /** The channel kinds it sends; none if absent. */
  readonly out?: K | readonly K[];
  create(options: O, ctx: PluginContext): Handler<DataOf<K>> | Promise<Handler<DataOf<K>>>;
}

/** What a host gets from a handler plugin's factory. */
export interface HandlerInstance {
  readonly entities: ReadonlySet<EntityKind>;
  readonly handler: Handler;
}

const ALL_ENTITIES: readonly EntityKind[] = ["header", "container", "pod", "process", "file"];

/** Defines a handler: it lives in a reader, which decodes, keeps the entities, and calls it for each record. */
export function defineHandler<O = NoOptions, K extends ChannelName = never>(definition: HandlerDefinition<O, K>): Plugin {
  const { create, entities = false, out, ...meta } = definition;
  const wanted = entities === true ? ALL_ENTITIES : entities === false ? [] : entities;
  return brandPlugin({
    ...meta,
    kind: "handler",
    channels: { in: [], out: out === undefined ? [] : listOf(out) },
    hostedBy: async (options: never, ctx): Promise<HandlerInstance> => ({
      entities: new Set(wanted),
      handler: (await create(options, ctx)) as Handler,
    }),
  });
}

// ---------------------------------------------------------------------------------------------------------- actions

/** What an action does with an event that a rule has matched. An error is logged with the action's name; the run goes on. */
export type Action = (event: SysflowEvent) => void;

export interface ActionDefinition<O> extends PluginMeta<O> {
  create(options: O, ctx: PluginContext): Action | Promise<Action>;
}

/** Defines an action: rules name it, the policy engine calls it for each event that matches. */
export function defineAction<O = NoOptions>(definition: ActionDefinition<O>): Plugin {
  const { create, ...meta } = definition;
  return brandPlugin({ ...meta, kind: "action", channels: { in: [], out: [] }, hostedBy: (options: never, ctx) => create(options, ctx) });
}
