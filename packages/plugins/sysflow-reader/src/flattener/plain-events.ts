import type {
  Container,
  File,
  FileEvent,
  FileFlow,
  Header,
  K8sEvent,
  NetworkFlow,
  Pod,
  Process,
  ProcessEvent,
  RecordContext,
  SysflowRecord,
} from "@millrace/api/sysflow";
import { ContainerVersion, FileVersion, HeaderVersion, PodVersion, ProcessVersion, type RowHandler, rowsFrom, Surroundings } from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";

interface PlainEvent {
  readonly record: SysflowRecord;
  readonly around: Surroundings;
  readonly file: FileVersion | undefined;
  readonly newFile: FileVersion | undefined;
}

/**
 * A handler's methods for hosts that give records, and no rows: gathers the records of a batch, and replays them as rows.
 * What a context holds may be gone after the call, so the versions of its entities are taken at once, one for each object.
 */
export class PlainEvents {
  #events: PlainEvent[] = [];
  readonly #versions: WeakMap<object, unknown> = new WeakMap();

  handleProcEvt(context: RecordContext, value: ProcessEvent): void {
    this.#gather(context, { type: "PE", value });
  }

  handleNetFlow(context: RecordContext, value: NetworkFlow): void {
    this.#gather(context, { type: "NF", value });
  }

  handleFileFlow(context: RecordContext, value: FileFlow): void {
    this.#gather(context, { type: "FF", value });
  }

  handleFileEvt(context: RecordContext, value: FileEvent): void {
    this.#gather(context, { type: "FE", value });
  }

  handleK8sEvt(context: RecordContext, value: K8sEvent): void {
    this.#gather(context, { type: "KE", value });
  }

  /** Gives the events that were gathered since the last time, if there are any, to a handler of rows. */
  protected replay(handler: Pick<RowHandler, "begin" | "event">): void {
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    const rows = rowsFrom(events.map(({ record }) => record));
    handler.begin(rows);
    for (const [row, { record, around, file, newFile }] of events.entries()) {
      handler.event(row * layout.STRIDE, names.RECORD_TYPES.indexOf(record.type), around, file, newFile);
    }
  }

  #gather(context: RecordContext, record: SysflowRecord): void {
    const header = this.#version(context.header, (value: Header) => new HeaderVersion(rowsFrom([{ type: "H", value }]), 0));
    const process = this.#process(context.process);
    const around = new Surroundings(
      header,
      process,
      context.ancestors.map((ancestor) => this.#process(ancestor) as ProcessVersion),
      this.#version(context.container, (value: Container) => new ContainerVersion(rowsFrom([{ type: "C", value }]), 0)),
      this.#version(context.pod, (value: Pod) => new PodVersion(rowsFrom([{ type: "PD", value }]), 0)),
      0,
    );
    this.#events.push({ record, around, file: this.#file(context.file), newFile: this.#file(context.newFile) });
  }

  #process(value: Process | undefined): ProcessVersion | undefined {
    return this.#version(value, (process: Process) => new ProcessVersion(rowsFrom([{ type: "P", value: process }]), 0));
  }

  #file(value: File | undefined): FileVersion | undefined {
    return this.#version(value, (file: File) => new FileVersion(rowsFrom([{ type: "F", value: file }]), 0));
  }

  #version<T extends object, V>(value: T | undefined, make: (value: T) => V): V | undefined {
    if (value === undefined) return undefined;
    const known = this.#versions.get(value) as V | undefined;
    if (known !== undefined) return known;
    const version = make(value);
    this.#versions.set(value, version);
    return version;
  }
}
