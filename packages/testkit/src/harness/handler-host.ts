import { MillraceError, type Outputs, type Plugin, type PluginContext } from "@millrace/api";
import type {
  Container,
  EntityKind,
  File,
  Handler,
  HandlerInstance,
  Header,
  Oid,
  Pod,
  Process,
  RecordContext,
  SysflowBatch,
  SysflowRecord,
} from "@millrace/api/sysflow";
import { defineProcessor } from "@millrace/api/sysflow";
import { expiring } from "./expiring.ts";

/** The slot in which the handler lives. */
export const HANDLER_SLOT = "handler";

/**
 * A reader for tests: it keeps the entities in plain maps and calls the handler for each record. It shares nothing with
 * the reader of a real pipeline, so each can be checked against the other. What it hands over expires when the call is
 * over: a handler that keeps a context and looks into it later fails with `MILLRACE_TESTKIT_EXPIRED`.
 */
export const handlerHost: Plugin = /* @__PURE__ */ defineProcessor({
  name: "testkit.reader",
  description: "Calls a handler for each record, for tests",
  in: "sysflow",
  out: { hosted: HANDLER_SLOT },
  hosts: { [HANDLER_SLOT]: { kind: "handler", required: true } },
  create: async (_options, ctx) => {
    const { entities, handler } = await handlerOf(ctx);
    return {
      async process(input, outputs) {
        await handler.open?.(outputs as Outputs);
        const dispatcher = new Dispatcher(handler, entities);
        for await (const batch of input) {
          dispatcher.dispatchAll(batch.data);
          await handler.batchEnd?.(outputs as Outputs);
        }
      },
      cleanup: () => handler.cleanup?.(),
    };
  },
});

async function handlerOf(ctx: PluginContext): Promise<HandlerInstance> {
  const [hosted] = ctx.hosted(HANDLER_SLOT);
  if (hosted?.plugin.hostedBy === undefined)
    throw new MillraceError("MILLRACE_TESTKIT_HOST", "the handler has no factory", { hint: "make it with defineHandler" });
  return (await hosted.plugin.hostedBy(hosted.options as never, ctx.child(hosted.plugin.name))) as HandlerInstance;
}

type ContextFields = { -readonly [K in keyof RecordContext]: RecordContext[K] };

/** Keeps the entities of one stream, and calls a handler for each record with what is known around it. */
class Dispatcher {
  private readonly handler: Handler;
  private readonly entities: ReadonlySet<EntityKind>;
  private header: Header | undefined;
  private readonly containers = new Map<string, Container>();
  private readonly pods = new Map<string, Pod>();
  private readonly files = new Map<string, File>();
  /** By identity, then by state: what is known of a process is the modified record, then the first, then the repeated one. */
  private readonly processes = new Map<string, Partial<Record<Process["state"], Process>>>();

  constructor(handler: Handler, entities: ReadonlySet<EntityKind>) {
    this.handler = handler;
    this.entities = entities;
  }

  dispatchAll(batch: SysflowBatch): void {
    for (const record of batch) {
      const [context, expire] = expiring<RecordContext>("record context", this.contextOf(record));
      this.dispatch(record, context);
      expire();
    }
  }

  private dispatch(record: SysflowRecord, context: RecordContext): void {
    const { handler, entities } = this;
    switch (record.type) {
      case "H":
        if (entities.has("header")) handler.handleHeader?.(context, record.value);
        break;
      case "C":
        if (entities.has("container")) handler.handleContainer?.(context, record.value);
        break;
      case "PD":
        if (entities.has("pod")) handler.handlePod?.(context, record.value);
        break;
      case "P":
        if (entities.has("process")) handler.handleProcess?.(context, context.process as Process);
        break;
      case "F":
        if (entities.has("file")) handler.handleFile?.(context, record.value);
        break;
      case "PE":
        handler.handleProcEvt?.(context, record.value);
        break;
      case "NF":
        handler.handleNetFlow?.(context, record.value);
        break;
      case "FF":
        handler.handleFileFlow?.(context, record.value);
        break;
      case "FE":
        handler.handleFileEvt?.(context, record.value);
        break;
      case "NE":
        handler.handleNetEvt?.(context, record.value);
        break;
      case "PF":
        handler.handleProcFlow?.(context, record.value);
        break;
      case "KE":
        handler.handleK8sEvt?.(context, record.value);
        break;
    }
  }

  /** Takes a record into the tables, and gathers what is known around it. */
  private contextOf(record: SysflowRecord): RecordContext {
    const context: ContextFields = {
      header: this.header,
      container: undefined,
      pod: undefined,
      process: undefined,
      file: undefined,
      newFile: undefined,
      ancestors: [],
    };
    switch (record.type) {
      case "H":
        this.begin(record.value);
        break;
      case "C":
        this.containers.set(record.value.id, record.value);
        break;
      case "PD":
        this.pods.set(record.value.id, record.value);
        break;
      case "P":
        this.addProcess(record.value);
        this.placeProcess(context, record.value.oid);
        break;
      case "F":
        this.files.set(record.value.oid, record.value);
        context.file = record.value;
        if (this.entities.has("file")) this.placeContainer(context, record.value.containerId);
        break;
      case "KE":
        break;
      case "FF":
      case "FE":
        context.file = this.files.get(record.value.fileOid);
        if (record.type === "FE" && record.value.newFileOid !== undefined) context.newFile = this.files.get(record.value.newFileOid);
        this.placeProcess(context, record.value.procOid);
        break;
      default:
        this.placeProcess(context, record.value.procOid);
    }
    return context;
  }

  private begin(header: Header): void {
    this.header = header;
    for (const table of [this.containers, this.pods, this.files, this.processes]) table.clear();
  }

  private addProcess(process: Process): void {
    const key = keyOf(process.oid);
    const trimmed: Process = { ...process, exe: process.exe.trim(), exeArgs: process.exeArgs.trim() };
    this.processes.set(key, { ...this.processes.get(key), [process.state]: trimmed });
  }

  private placeProcess(context: ContextFields, oid: Oid): void {
    const process = this.processOf(oid);
    context.process = process;
    context.ancestors = this.ancestorsOf(process);
    this.placeContainer(context, process?.containerId);
  }

  private placeContainer(context: ContextFields, id: string | undefined): void {
    context.container = id === undefined ? undefined : this.containers.get(id);
    context.pod = context.container?.podId === undefined ? undefined : this.pods.get(context.container.podId);
  }

  private processOf(oid: Oid): Process | undefined {
    const states = this.processes.get(keyOf(oid));
    return states?.MODIFIED ?? states?.CREATED ?? states?.REUP;
  }

  private ancestorsOf(process: Process | undefined): readonly Process[] {
    const chain: Process[] = [];
    const seen = new Set<string>();
    for (let next = process; next !== undefined && !seen.has(keyOf(next.oid)); next = next.poid && this.processOf(next.poid)) {
      seen.add(keyOf(next.oid));
      chain.push(next);
    }
    return chain;
  }
}

function keyOf(oid: Oid): string {
  return `${oid.createTs}/${oid.hpid}`;
}
