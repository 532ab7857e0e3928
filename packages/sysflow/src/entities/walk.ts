import * as L from "../rows/layout.ts";
import type { SysflowRows } from "../rows/sysflow-rows.ts";
import * as N from "../schema/names.ts";
import { NO_CONTAINER, NO_POD, NO_PROCESS, type Surroundings } from "./surroundings.ts";
import type { EntityTables } from "./tables.ts";
import type { ContainerVersion, FileVersion, HeaderVersion, PodVersion, ProcessVersion } from "./versions.ts";

/** What a record refers to and the tables don't have. */
export type MissingEntity = "process" | "file" | "container" | "pod";

/** Who looks at records as they are walked through. Rows are named by where they begin in the words of the batch. */
export interface RowVisitor {
  /** A batch begins. */
  begin(rows: SysflowRows, tables: EntityTables): void;
  /**
   * An event or flow: PE, NF, FF, FE, NE, PF, KE.
   *
   * @param base - where the row begins
   * @param type - the number of the record's type
   */
  event(base: number, type: number, around: Surroundings, file: FileVersion | undefined, newFile: FileVersion | undefined): void;
  /** An entity, which is in the tables by now. Absent: nobody wants them. */
  entity?(base: number, entity: WalkedEntity): void;
  /** Something that the row at `base` refers to is not known. */
  missing(what: MissingEntity, base: number, around: Surroundings): void;
}

/** The property of a handler by which a reader knows that it takes rows instead of records: a {@link RowHandler}. */
export const ROW_HANDLER: unique symbol = Symbol.for("millrace.sysflow.row-handler");

/**
 * The fast way into a handler. A handler that has one under {@link ROW_HANDLER} gets rows as they were decoded, and no
 * object is made for a record; its `handle` methods are then not called. What it keeps of a row it must copy, or keep with
 * the batch. For handlers that are built against this very version of the package.
 */
export interface RowHandler extends Pick<RowVisitor, "event"> {
  /** A batch begins. */
  begin(rows: SysflowRows): void;
  /** The layout that it knows: LAYOUT of this package. With another one, the reader calls the `handle` methods. */
  readonly layout: number;
}

/** An entity that was just stored. */
export type WalkedEntity =
  | { readonly type: "H"; readonly version: HeaderVersion; readonly before: HeaderVersion | undefined }
  | { readonly type: "C"; readonly version: ContainerVersion }
  | { readonly type: "PD"; readonly version: PodVersion }
  | { readonly type: "P"; readonly version: ProcessVersion }
  | { readonly type: "F"; readonly version: FileVersion };

/** Walks through the records of a batch in their order: entities go into the tables, events to the visitor with all that is around them. */
export function walk(rows: SysflowRows, tables: EntityTables, visitor: RowVisitor): void {
  const { words } = rows;
  visitor.begin(rows, tables);
  const wanted = visitor.entity !== undefined;
  for (let base = rows.first << L.STRIDE_SHIFT, end = base + (rows.records << L.STRIDE_SHIFT); base < end; base += L.STRIDE) {
    const type = words[base] as number;
    switch (type) {
      case N.FILE_FLOW: {
        const around = tables.around(words, base + L.OID);
        if (around.missing !== 0) report(visitor, base, around);
        const file = tables.file(words, base + L.FOID);
        if (file === undefined) visitor.missing("file", base + L.FOID, around);
        visitor.event(base, type, around, file, undefined);
        break;
      }
      case N.FILE_EVENT:
        fileEvent(words, base, tables, visitor);
        break;
      case N.K8S_EVENT:
        visitor.event(base, type, tables.aroundNone, undefined, undefined);
        break;
      case N.PROCESS_EVENT:
      case N.NETWORK_FLOW:
      case N.NETWORK_EVENT:
      case N.PROCESS_FLOW: {
        const around = tables.around(words, base + L.OID);
        if (around.missing !== 0) report(visitor, base, around);
        visitor.event(base, type, around, undefined, undefined);
        break;
      }
      default: {
        if (wanted) visitor.entity?.(base, stored(rows, base, type, tables));
        else store(rows, base, type, tables);
      }
    }
  }
}

function fileEvent(words: Int32Array, base: number, tables: EntityTables, visitor: RowVisitor): void {
  const around = tables.around(words, base + L.OID);
  if (around.missing !== 0) report(visitor, base, around);
  const file = tables.file(words, base + L.FOID);
  if (file === undefined) visitor.missing("file", base + L.FOID, around);
  let newFile: FileVersion | undefined;
  if (words[base + L.HAS_NEW_FOID] !== 0) {
    newFile = tables.file(words, base + L.NEW_FOID);
    if (newFile === undefined) visitor.missing("file", base + L.NEW_FOID, around);
  }
  visitor.event(base, N.FILE_EVENT, around, file, newFile);
}

function store(rows: SysflowRows, base: number, type: number, tables: EntityTables): void {
  switch (type) {
    case N.FILE:
      tables.storeFile(rows, base);
      break;
    case N.PROCESS:
      tables.storeProcess(rows, base);
      break;
    case N.CONTAINER:
      tables.storeContainer(rows, base);
      break;
    case N.POD:
      tables.storePod(rows, base);
      break;
    default:
      tables.storeHeader(rows, base);
  }
}

function stored(rows: SysflowRows, base: number, type: number, tables: EntityTables): WalkedEntity {
  switch (type) {
    case N.HEADER: {
      const before = tables.header;
      return { type: "H", version: tables.storeHeader(rows, base), before };
    }
    case N.CONTAINER:
      return { type: "C", version: tables.storeContainer(rows, base) };
    case N.POD:
      return { type: "PD", version: tables.storePod(rows, base) };
    case N.PROCESS:
      return { type: "P", version: tables.storeProcess(rows, base) };
    default:
      return { type: "F", version: tables.storeFile(rows, base) };
  }
}

function report(visitor: RowVisitor, base: number, around: Surroundings): void {
  if (around.missing & NO_PROCESS) visitor.missing("process", base + L.OID, around);
  if (around.missing & NO_CONTAINER) visitor.missing("container", base, around);
  if (around.missing & NO_POD) visitor.missing("pod", base, around);
}
