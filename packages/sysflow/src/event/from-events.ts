import type { EventBatch, FlatRecord, Process, Service, SysflowEvent, SysflowRecord } from "@millrace/api/sysflow";
import { openFlagBits, operationBits } from "../flat/flag-bits.ts";
import type { FlatRows } from "../flat/flat-rows.ts";
import { flatten } from "../flat/flatten.ts";
import { ipNumber } from "../ip.ts";
import { CONTAINER_TYPES, K8S_ACTIONS, K8S_KINDS, RECORD_TYPES } from "../schema/names.ts";
import { EventRows, type EventVerdict, isEventRows } from "./event-rows.ts";

/**
 * Rows for any batch of events: the batch itself where it has rows of our layout. Otherwise the records are made anew from
 * their attributes, as far as attributes tell of them; of a rule such a batch tells the name alone, and its tags come first.
 */
export function eventRowsOf(batch: EventBatch): EventRows {
  if (isEventRows(batch)) return batch;
  const records: SysflowRecord[] = [];
  const verdicts: EventVerdict[] = [];
  const tags: (readonly string[] | undefined)[] = [];
  for (const event of batch) {
    records.push(...recordsOf(new Reading(event.record)));
    verdicts.push({ rules: event.rules.map((name) => ({ name, desc: "", priority: 0, tags: [] })) });
    tags.push(tagsOf(event));
  }
  return new EventRows(flatten(records) as FlatRows, Int32Array.from(verdicts.keys()), verdicts, tags);
}

function tagsOf({ tags }: SysflowEvent): readonly string[] | undefined {
  return tags.length === 0 ? undefined : [...tags];
}

/** The attributes of a record, each as the type that is wanted; zero for what the record does not know. */
class Reading {
  readonly record: FlatRecord;

  constructor(record: FlatRecord) {
    this.record = record;
  }

  text(name: string): string {
    return textOf(this.record.get(name));
  }

  long(name: string): bigint {
    return longOf(this.record.get(name));
  }

  int(name: string): number {
    return intOf(this.record.get(name));
  }

  bool(name: string): boolean {
    const value = this.record.get(name);
    return value === true || value === 1 || value === 1n;
  }

  list(name: string): readonly unknown[] {
    return listOf(this.record.get(name));
  }

  texts(name: string): readonly string[] {
    return this.list(name).map(String);
  }
}

function longOf(value: unknown): bigint {
  if (typeof value === "bigint") return BigInt.asIntN(64, value);
  if (typeof value === "number") return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt.asIntN(64, BigInt(value)) : 0n;
}

/** What a trace would say of one event: a header, the entities around the event, and the event. */
function recordsOf(from: Reading): SysflowRecord[] {
  const header: SysflowRecord = {
    type: "H",
    value: {
      version: Number(from.long("sf.meta.schema")),
      exporter: from.text("sf.node.id"),
      ip: from.text("sf.node.ip"),
      filename: from.text("sf.meta.tracename"),
    },
  };
  if (from.record.type === "KE") return [header, k8sEvent(from)];
  return [header, ...housing(from), ...processes(from), ...files(from), event(from)];
}

function k8sEvent(from: Reading): SysflowRecord {
  const known = (names: readonly string[], name: string): string => (names.includes(name) ? name : (names.at(-1) as string));
  return {
    type: "KE",
    value: {
      kind: known(K8S_KINDS, from.text("sf.ke.kind")),
      action: known(K8S_ACTIONS, from.text("sf.ke.action")),
      ts: from.record.ts,
      message: from.text("sf.ke.message"),
    },
  };
}

function housing(from: Reading): SysflowRecord[] {
  const id = from.text("sf.container.id");
  if (id === "") return [];
  const podId = from.text("sf.pod.id");
  const container: SysflowRecord = {
    type: "C",
    value: {
      id,
      name: from.text("sf.container.name"),
      image: from.text("sf.container.image"),
      imageId: from.text("sf.container.imageid"),
      type: containerType(from.text("sf.container.type")),
      privileged: from.bool("sf.container.privileged"),
      podId: podId === "" ? undefined : podId,
    },
  };
  if (podId === "") return [container];
  return [
    container,
    {
      type: "PD",
      value: {
        ts: from.long("sf.pod.ts"),
        id: podId,
        name: from.text("sf.pod.name"),
        nodeName: from.text("sf.pod.nodename"),
        hostIp: addresses(from, "sf.pod.hostip+"),
        internalIp: addresses(from, "sf.pod.internalip+"),
        namespace: from.text("sf.pod.namespace"),
        restartCount: from.long("sf.pod.restartcnt"),
        labels: {},
        selectors: {},
        services: from.texts("sf.pod.services+").flatMap(serviceOf),
      },
    },
  ];
}

function containerType(text: string): string {
  return CONTAINER_TYPES.includes(`CT_${text}`) ? `CT_${text}` : "unknown";
}

function addresses(from: Reading, name: string): string[] {
  return from.texts(name).filter((text) => ipNumber(text) !== undefined);
}

/** A service from its JSON text; none where it is no such text. */
function serviceOf(text: string): Service[] {
  const { clusterip, name, id, namespace, portList } = objectOf(parsed(text));
  if (name === undefined && id === undefined) return [];
  return [
    {
      name: textOf(name),
      id: textOf(id),
      namespace: textOf(namespace),
      portList: listOf(portList)
        .map(objectOf)
        .map(({ port, targetPort, nodePort, proto }) => ({
          port: intOf(port),
          targetPort: intOf(targetPort),
          nodePort: intOf(nodePort),
          proto: textOf(proto),
        })),
      clusterIp: listOf(clusterip)
        .map(textOf)
        .filter((ip) => ipNumber(ip) !== undefined),
    },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A record that is not ours may show its services as it likes: one that can't be read is left out.
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textOf(value: unknown): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

function intOf(value: unknown): number {
  return Number(BigInt.asIntN(32, longOf(value)));
}

/** The process and its ancestors, the oldest one first. */
function processes(from: Reading): SysflowRecord[] {
  const exes = from.texts("sf.proc.aexe");
  const lines = from.texts("sf.proc.acmdline");
  const pids = from.list("sf.proc.apid").map(longOf);
  const oids = pids.map((hpid) => ({ createTs: 0n, hpid }));
  oids[0] = { createTs: from.long("sf.proc.createts"), hpid: from.long("sf.proc.pid") };
  if (pids.length === 0 && oids[0].hpid === 0n && from.text("sf.proc.exe") === "") return [];
  const parent = { createTs: from.long("sf.pproc.createts"), hpid: from.long("sf.pproc.pid") };
  if (parent.hpid !== 0n) oids[1] = parent;
  const container = from.text("sf.container.id");
  return oids
    .map((oid, i): SysflowRecord => {
      const known = i === 0 ? program(from, "sf.proc") : i === 1 ? program(from, "sf.pproc") : NO_PROGRAM;
      const exe = i < 2 ? known.exe : (exes[i] ?? "");
      const args = i < 2 ? known.exeArgs : (lines[i] ?? "").slice(exe.length + 1);
      return {
        type: "P",
        value: {
          ...known,
          exe,
          exeArgs: args,
          state: "CREATED",
          oid,
          poid: oids[i + 1],
          ts: from.record.ts,
          containerId: i === 0 && container !== "" ? container : undefined,
          cwd: "",
          env: [],
        },
      };
    })
    .reverse();
}

type Program = Pick<Process, "exe" | "exeArgs" | "uid" | "userName" | "gid" | "groupName" | "tty" | "entry">;

const NO_PROGRAM: Program = { exe: "", exeArgs: "", uid: 0, userName: "", gid: 0, groupName: "", tty: false, entry: false };

function program(from: Reading, prefix: string): Program {
  return {
    exe: from.text(`${prefix}.exe`),
    exeArgs: from.text(`${prefix}.args`),
    uid: from.int(`${prefix}.uid`),
    userName: from.text(`${prefix}.user`),
    gid: from.int(`${prefix}.gid`),
    groupName: from.text(`${prefix}.group`),
    tty: from.bool(`${prefix}.tty`),
    entry: from.bool(`${prefix}.entry`),
  };
}

/** The identity of a file that tells none of its own. It differs from that of the second file. */
const FIRST_FILE = "0".repeat(40);
const SECOND_FILE = `${"0".repeat(39)}1`;

function fileOid(from: Reading, name: string, otherwise: string): string {
  const text = from.text(name);
  return /^[0-9a-f]{40}$/.test(text) ? text : otherwise;
}

function hasSecondFile(from: Reading): boolean {
  return from.record.type === "FE" && (from.text("sf.file.newoid") !== "" || from.text("sf.file.newpath") !== "");
}

function files(from: Reading): SysflowRecord[] {
  if (from.record.type !== "FF" && from.record.type !== "FE") return [];
  const file = (oid: string, path: string, symlink: string, restype: string): SysflowRecord => ({
    type: "F",
    value: { state: "CREATED", oid, ts: from.record.ts, restype, path: symlink === "" ? path : `${symlink} ${path}`, containerId: undefined },
  });
  const first = file(
    fileOid(from, "sf.file.oid", FIRST_FILE),
    from.text("sf.file.path"),
    from.text("sf.file.symlink"),
    [...from.text("sf.file.type"), "f"][0] as string,
  );
  if (!hasSecondFile(from)) return [first];
  return [first, file(fileOid(from, "sf.file.newoid", SECOND_FILE), from.text("sf.file.newpath"), from.text("sf.file.newsymlink"), "f")];
}

function event(from: Reading): SysflowRecord {
  const type = from.record.type;
  const bound = {
    procOid: { createTs: from.long("sf.proc.createts"), hpid: from.long("sf.proc.pid") },
    ts: from.record.ts,
    tid: from.long("sf.proc.tid"),
    opFlags: operationBits(from.texts("sf.opflags"), RECORD_TYPES.indexOf(type)),
  };
  const flow = {
    endTs: from.long("sf.endts"),
    fd: from.int("sf.file.fd"),
    numRRecvOps: from.long("sf.flow.rops"),
    numWSendOps: from.long("sf.flow.wops"),
    numRRecvBytes: from.long("sf.flow.rbytes"),
    numWSendBytes: from.long("sf.flow.wbytes"),
  };
  const fileOf = fileOid(from, "sf.file.oid", FIRST_FILE);
  const address = (name: string): string => (ipNumber(from.text(name)) === undefined ? "0.0.0.0" : from.text(name));
  switch (type) {
    case "NF":
      return {
        type,
        value: {
          ...bound,
          ...flow,
          sip: address("sf.net.sip"),
          sport: from.int("sf.net.sport"),
          dip: address("sf.net.dip"),
          dport: from.int("sf.net.dport"),
          proto: from.int("sf.net.proto"),
        },
      };
    case "FF":
      return { type, value: { ...bound, ...flow, openFlags: openFlagBits(from.texts("sf.file.openflags")), fileOid: fileOf } };
    case "FE":
      return {
        type,
        value: {
          ...bound,
          fileOid: fileOf,
          ret: from.int("sf.ret"),
          newFileOid: hasSecondFile(from) ? fileOid(from, "sf.file.newoid", SECOND_FILE) : undefined,
        },
      };
    default:
      return { type: "PE", value: { ...bound, args: [], ret: from.int("sf.ret") } };
  }
}
