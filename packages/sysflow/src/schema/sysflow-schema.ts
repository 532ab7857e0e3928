import { CONTAINER_TYPES, K8S_ACTIONS, K8S_KINDS, OBJECT_STATES } from "./names.ts";

/** The versions of the schema that can be written. Version 5 adds the working directory and the environment of a process. */
export type SchemaVersion = 4 | 5;

/** The Avro schema of a version of the SysFlow telemetry format, as plain data. */
export function sysflowSchema(version: SchemaVersion = 5): Readonly<Record<string, unknown>> {
  const oid = record("sysflow.type.OID", { createTS: "long", hpid: "long" });
  const foid = { type: "fixed", name: "sysflow.type.FOID", size: 20 };
  const state = { type: "enum", name: "sysflow.type.SFObjectState", symbols: OBJECT_STATES };
  return record("sysflow.SysFlow", {
    rec: [
      header(version),
      container(),
      process(version, state, oid),
      record("sysflow.entity.File", { state: state.name, oid: foid, ts: "long", restype: "int", path: "string", containerId: NULLABLE }),
      record("sysflow.event.ProcessEvent", { ...event, args: strings, ret: "int" }),
      record("sysflow.flow.NetworkFlow", { ...event, endTs: "long", ...connection, fd: "int", ...counters }),
      record("sysflow.flow.FileFlow", { ...event, openFlags: "int", endTs: "long", fileOID: foid.name, fd: "int", ...counters }),
      record("sysflow.event.FileEvent", { ...event, fileOID: foid.name, ret: "int", newFileOID: ["null", foid.name] }),
      record("sysflow.event.NetworkEvent", { ...event, ...connection, ret: "int" }),
      processFlow(),
      pod(),
      k8sEvent(),
    ],
  });
}

const NULLABLE = ["null", "string"];
const strings = { type: "array", items: "string" };
const addresses = { type: "array", items: "long", logicalType: "ipaddr" };
const event = { procOID: "sysflow.type.OID", ts: "long", tid: "long", opFlags: "int" };
const connection = { sip: "int", sport: "int", dip: "int", dport: "int", proto: "int" };
const counters = { numRRecvOps: "long", numWSendOps: "long", numRRecvBytes: "long", numWSendBytes: "long" };

function header(version: SchemaVersion): unknown {
  return record("sysflow.entity.SFHeader", { version: "long", exporter: "string", ip: "string", filename: "string" }, { version, ip: "NA" });
}

function container(): unknown {
  const type = { type: "enum", name: "sysflow.type.ContainerType", symbols: CONTAINER_TYPES };
  return record("sysflow.entity.Container", {
    id: "string",
    name: "string",
    image: "string",
    imageid: "string",
    type,
    privileged: "boolean",
    podId: NULLABLE,
  });
}

function process(version: SchemaVersion, state: unknown, oid: { readonly name: string }): unknown {
  return record(
    "sysflow.entity.Process",
    {
      state,
      oid,
      poid: ["null", oid.name],
      ts: "long",
      exe: "string",
      exeArgs: "string",
      uid: "int",
      userName: "string",
      gid: "int",
      groupName: "string",
      tty: "boolean",
      containerId: NULLABLE,
      entry: "boolean",
      ...(version >= 5 && { cwd: "string", env: strings }),
    },
    { entry: false },
  );
}

function processFlow(): unknown {
  return record("sysflow.flow.ProcessFlow", {
    procOID: "sysflow.type.OID",
    ts: "long",
    numThreadsCloned: "long",
    opFlags: "int",
    endTs: "long",
    numThreadsExited: "long",
    numCloneErrors: "long",
  });
}

function pod(): unknown {
  const labels = { type: "map", values: "string" };
  const port = record("sysflow.entity.Port", { port: "int", targetPort: "int", nodePort: "int", proto: "string" });
  const portList = { type: "array", items: port };
  const service = record("sysflow.entity.Service", { name: "string", id: "string", namespace: "string", portList, clusterIP: addresses });
  return record("sysflow.entity.Pod", {
    ts: "long",
    id: "string",
    name: "string",
    nodeName: "string",
    hostIP: addresses,
    internalIP: addresses,
    namespace: "string",
    restartCount: "long",
    labels,
    selectors: labels,
    services: { type: "array", items: service },
  });
}

function k8sEvent(): unknown {
  const kind = { type: "enum", name: "sysflow.type.K8sComponent", symbols: K8S_KINDS };
  const action = { type: "enum", name: "sysflow.type.K8sAction", symbols: K8S_ACTIONS };
  return record("sysflow.event.K8sEvent", { kind, action, ts: "long", message: "string" });
}

interface RecordSchema extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

function record(name: string, fields: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>> = {}): RecordSchema {
  return {
    type: "record",
    name,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type, ...(field in defaults && { default: defaults[field] }) })),
  };
}
