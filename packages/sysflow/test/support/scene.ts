import type { File, FileFlow, NetworkFlow, Process, ProcessEvent, SysflowRecord } from "@millrace/api/sysflow";
import { EntityTables, type RowSource, rowsFrom, type Surroundings, type TableLimits } from "../../src/index.ts";
import * as layout from "../../src/rows/layout.ts";

const oidOf = (pid: number): { createTs: bigint; hpid: bigint } => ({ createTs: 1_000_000_000_000n + BigInt(pid), hpid: BigInt(pid) });

/** A process, by its id. */
export function process(pid: number, fields: Partial<Process> & { readonly parent?: number } = {}): SysflowRecord {
  const { parent, ...rest } = fields;
  return {
    type: "P",
    value: {
      state: "CREATED",
      oid: oidOf(pid),
      poid: parent === undefined ? undefined : oidOf(parent),
      ts: 5n,
      exe: `/bin/p${pid}`,
      exeArgs: "",
      uid: 0,
      userName: "root",
      gid: 0,
      groupName: "root",
      tty: false,
      containerId: undefined,
      entry: false,
      cwd: "",
      env: [],
      ...rest,
    },
  };
}

/** The identity of a file, by a number. */
export function foid(file: number): string {
  return file.toString(16).padStart(40, "0");
}

export function file(number: number, fields: Partial<File> = {}): SysflowRecord {
  return { type: "F", value: { state: "CREATED", oid: foid(number), ts: 6n, restype: "f", path: `/files/${number}`, containerId: undefined, ...fields } };
}

export function event(pid: number, fields: Partial<ProcessEvent> = {}): SysflowRecord {
  return { type: "PE", value: { procOid: oidOf(pid), ts: 7n, tid: BigInt(pid), opFlags: 2, args: [], ret: 0, ...fields } };
}

export function fileFlow(pid: number, number: number, fields: Partial<FileFlow> = {}): SysflowRecord {
  return {
    type: "FF",
    value: {
      procOid: oidOf(pid),
      ts: 8n,
      tid: BigInt(pid),
      opFlags: 0x180,
      endTs: 9n,
      fd: 3,
      numRRecvOps: 1n,
      numWSendOps: 2n,
      numRRecvBytes: 3n,
      numWSendBytes: 4n,
      openFlags: 1,
      fileOid: foid(number),
      ...fields,
    },
  };
}

export function networkFlow(pid: number, fields: Partial<NetworkFlow> = {}): SysflowRecord {
  return {
    type: "NF",
    value: {
      procOid: oidOf(pid),
      ts: 10n,
      tid: BigInt(pid),
      opFlags: 0x340,
      endTs: 11n,
      fd: 4,
      numRRecvOps: 5n,
      numWSendOps: 6n,
      numRRecvBytes: 7n,
      numWSendBytes: 8n,
      sip: "10.0.0.1",
      sport: 1234,
      dip: "10.0.0.2",
      dport: 80,
      proto: 6,
      ...fields,
    },
  };
}

export const header: SysflowRecord = { type: "H", value: { version: 5, exporter: "host1", ip: "10.1.1.1", filename: "/traces/t1.sf" } };

/** Tables, with records put in one by one. */
export class Scene {
  readonly tables: EntityTables;

  constructor(limits?: TableLimits) {
    this.tables = new EntityTables(limits, () => 0.5);
  }

  put(...records: SysflowRecord[]): this {
    for (const record of records) {
      const rows: RowSource = rowsFrom([record]);
      if (record.type === "H") this.tables.storeHeader(rows, 0);
      if (record.type === "C") this.tables.storeContainer(rows, 0);
      if (record.type === "PD") this.tables.storePod(rows, 0);
      if (record.type === "P") this.tables.storeProcess(rows, 0);
      if (record.type === "F") this.tables.storeFile(rows, 0);
    }
    return this;
  }

  around(pid: number): Surroundings {
    return this.tables.around(rowsFrom([event(pid)]).words, layout.OID);
  }

  /** The programs of a process and its ancestors. */
  chain(pid: number): string[] {
    return this.around(pid).ancestors.map(({ exe }) => exe);
  }

  path(number: number): string | undefined {
    return this.tables.file(rowsFrom([fileFlow(1, number)]).words, layout.FOID)?.path;
  }
}
