import type { SysflowRecord } from "@millrace/api/sysflow";
import { EntityTables, type TableLimits } from "../entities/tables.ts";
import { walk } from "../entities/walk.ts";
import { rowsFrom } from "../rows/sysflow-rows.ts";
import { NETWORK_EVENT, PROCESS_FLOW } from "../schema/names.ts";
import { FlatBuilder, type FlatRows } from "./flat-rows.ts";

/** Flattens plain records without a pipeline: the flat records of their events, `undefined` if there are none. */
export function flatten(records: Iterable<SysflowRecord>, limits: TableLimits = {}): FlatRows | undefined {
  const builder = new FlatBuilder();
  walk(rowsFrom(records), new EntityTables(limits), {
    begin: (rows) => builder.begin(rows),
    event: (base, type, around, file, newFile) => {
      if (type !== NETWORK_EVENT && type !== PROCESS_FLOW) builder.add(base, around, file, newFile);
    },
    // An unknown entity is zero in the flat record: there is nobody to tell.
    missing: () => undefined,
  });
  return builder.end();
}
