import type { Container, File, Handler, HandlerInstance, Header, Pod, Process, RecordContext } from "@millrace/api/sysflow";
import {
  type EntityTables,
  type FileVersion,
  fileEventAt,
  fileFlowAt,
  k8sEventAt,
  networkEventAt,
  networkFlowAt,
  processEventAt,
  processFlowAt,
  ROW_HANDLER,
  type RowHandler,
  type RowVisitor,
  type Surroundings,
  type SysflowRows,
  type WalkedEntity,
} from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";

/** What every visitor of this package does alike. */
type Common = Pick<RowVisitor, "begin" | "missing">;

/** The visitor that calls a handler: by rows where the handler takes them, otherwise by its methods. */
export function visitorOf(instance: HandlerInstance, common: Common): RowVisitor {
  const rows = (instance.handler as { readonly [ROW_HANDLER]?: RowHandler })[ROW_HANDLER];
  return rows?.layout === layout.LAYOUT ? new RowCaller(rows, common) : new MethodCaller(instance, common);
}

class RowCaller implements RowVisitor {
  readonly missing: RowVisitor["missing"];
  readonly #handler: RowHandler;
  readonly #begin: RowVisitor["begin"];

  constructor(handler: RowHandler, common: Common) {
    this.#handler = handler;
    this.missing = common.missing;
    this.#begin = common.begin;
  }

  begin(rows: SysflowRows, tables: EntityTables): void {
    this.#begin(rows, tables);
    this.#handler.begin(rows);
  }

  event(base: number, type: number, around: Surroundings, file: FileVersion | undefined, newFile: FileVersion | undefined): void {
    this.#handler.event(base, type, around, file, newFile);
  }
}

/** The context that a handler sees: one object, filled anew for each record. */
class Context implements RecordContext {
  header: Header | undefined;
  container: Container | undefined;
  pod: Pod | undefined;
  process: Process | undefined;
  file: File | undefined;
  newFile: File | undefined;
  ancestors: readonly Process[] = [];

  fill(around: Surroundings, file?: File, newFile?: File): this {
    this.header = around.header;
    this.container = around.container;
    this.pod = around.pod;
    this.process = around.process;
    this.ancestors = around.ancestors;
    this.file = file;
    this.newFile = newFile;
    return this;
  }
}

/** Calls the methods of a handler, each with the parsed record. A record is parsed only if its method is there. */
class MethodCaller implements RowVisitor {
  readonly missing: RowVisitor["missing"];
  readonly entity?: NonNullable<RowVisitor["entity"]>;
  readonly #handler: Handler;
  readonly #begin: RowVisitor["begin"];
  readonly #context = new Context();
  #rows: SysflowRows | undefined;
  #tables: EntityTables | undefined;

  constructor({ handler, entities }: HandlerInstance, common: Common) {
    this.#handler = handler;
    this.missing = common.missing;
    this.#begin = common.begin;
    if (entities.size > 0) this.entity = (base, entity) => this.#callEntity(base, entity, entities);
  }

  begin(rows: SysflowRows, tables: EntityTables): void {
    this.#begin(rows, tables);
    this.#rows = rows;
    this.#tables = tables;
  }

  event(base: number, type: number, around: Surroundings, file: FileVersion | undefined, newFile: FileVersion | undefined): void {
    const rows = this.#rows as SysflowRows;
    const handler = this.#handler;
    const context = this.#context.fill(around, file, newFile);
    switch (type) {
      case names.PROCESS_EVENT:
        handler.handleProcEvt?.(context, processEventAt(rows, base));
        break;
      case names.NETWORK_FLOW:
        handler.handleNetFlow?.(context, networkFlowAt(rows, base));
        break;
      case names.FILE_FLOW:
        handler.handleFileFlow?.(context, fileFlowAt(rows, base));
        break;
      case names.FILE_EVENT:
        handler.handleFileEvt?.(context, fileEventAt(rows, base));
        break;
      case names.NETWORK_EVENT:
        handler.handleNetEvt?.(context, networkEventAt(rows, base));
        break;
      case names.PROCESS_FLOW:
        handler.handleProcFlow?.(context, processFlowAt(rows, base));
        break;
      default:
        handler.handleK8sEvt?.(context, k8sEventAt(rows, base));
        break;
    }
  }

  #callEntity(base: number, entity: WalkedEntity, wanted: HandlerInstance["entities"]): void {
    const handler = this.#handler;
    const tables = this.#tables as EntityTables;
    const context = this.#context.fill(tables.aroundNone);
    switch (entity.type) {
      case "H":
        context.header = entity.before;
        if (wanted.has("header")) handler.handleHeader?.(context, entity.version);
        break;
      case "C":
        if (wanted.has("container")) handler.handleContainer?.(context, entity.version);
        break;
      case "PD":
        if (wanted.has("pod")) handler.handlePod?.(context, entity.version);
        break;
      case "P":
        if (!wanted.has("process")) return;
        context.fill(tables.around((this.#rows as SysflowRows).words, base + layout.OID));
        context.process = entity.version;
        handler.handleProcess?.(context, entity.version);
        break;
      case "F": {
        if (!wanted.has("file")) return;
        context.file = entity.version;
        context.container = entity.version.containerId ? tables.container(entity.version.containerId) : undefined;
        context.pod = context.container?.podId ? tables.pod(context.container.podId) : undefined;
        handler.handleFile?.(context, entity.version);
      }
    }
  }
}
