import type { Oid, Pod, Service, SysflowRecord } from "@millrace/api/sysflow";
import fc from "fast-check";
import { ipText } from "../../src/index.ts";
import * as names from "../../src/schema/names.ts";

/** What random records are made of. */
export interface RecordValues {
  readonly text: fc.Arbitrary<string>;
  /** Lists of arguments and of environment variables, and the folder in which a process works: of newer schemas. */
  readonly texts: fc.Arbitrary<readonly string[]>;
  readonly cwd: fc.Arbitrary<string>;
  /** Of a file, and of a trace. */
  readonly path: fc.Arbitrary<string>;
  readonly exe: fc.Arbitrary<string>;
  /** Nanoseconds, and everything else of 64 bits. */
  readonly time: fc.Arbitrary<bigint>;
  readonly tid: fc.Arbitrary<bigint>;
  readonly operations: fc.Arbitrary<bigint>;
  readonly bytes: fc.Arbitrary<bigint>;
  readonly restarts: fc.Arbitrary<bigint>;
  /** Ids of users and groups, return codes, file descriptors. */
  readonly int: fc.Arbitrary<number>;
  readonly opFlags: fc.Arbitrary<number>;
  readonly openFlags: fc.Arbitrary<number>;
  /** The identities of processes and files, and the ids of containers and pods: the fewer there are, the more records refer to others. */
  readonly oid: fc.Arbitrary<Oid>;
  readonly fileOid: fc.Arbitrary<string>;
  readonly container: fc.Arbitrary<string>;
  readonly pod: fc.Arbitrary<string>;
  /** To what containers records refer, if to any: there may be more than are told of. */
  readonly containerOf: fc.Arbitrary<string | undefined>;
  readonly containerOfFile: fc.Arbitrary<string | undefined>;
  readonly containerType: fc.Arbitrary<string>;
  readonly restype: fc.Arbitrary<string>;
  readonly address: fc.Arbitrary<string>;
  readonly sourcePort: fc.Arbitrary<number>;
  readonly port: fc.Arbitrary<number>;
  readonly protocol: fc.Arbitrary<number>;
  readonly version: fc.Arbitrary<number>;
  readonly labels: fc.Arbitrary<Pod["labels"]>;
  readonly addresses: fc.Arbitrary<readonly string[]>;
  readonly services: fc.Arbitrary<readonly Service[]>;
  readonly kind: fc.Arbitrary<string>;
  readonly action: fc.Arbitrary<string>;
  readonly message: fc.Arbitrary<string>;
}

/** Arbitrary records by their type. */
export type RecordArbitraries = { readonly [T in SysflowRecord["type"]]: fc.Arbitrary<SysflowRecord> };

const state = fc.constantFrom(...names.OBJECT_STATES);

/** Arbitrary records of each type, with values of choice. */
export function arbitraryRecords(v: RecordValues): RecordArbitraries {
  const thread = { procOid: v.oid, ts: v.time, tid: v.tid, opFlags: v.opFlags };
  const flow = {
    endTs: v.time,
    fd: v.int,
    numRRecvOps: v.operations,
    numWSendOps: v.operations,
    numRRecvBytes: v.bytes,
    numWSendBytes: v.bytes,
  };
  const ends = { sip: v.address, sport: v.sourcePort, dip: v.address, dport: v.port, proto: v.protocol };
  return {
    H: of("H", { version: v.version, exporter: v.text, ip: v.text, filename: v.path }),
    C: of("C", {
      id: v.container,
      name: v.text,
      image: v.text,
      imageId: v.text,
      type: v.containerType,
      privileged: fc.boolean(),
      podId: fc.option(v.pod, { nil: undefined }),
    }),
    PD: of("PD", {
      ts: v.time,
      id: v.pod,
      name: v.text,
      nodeName: v.text,
      hostIp: v.addresses,
      internalIp: v.addresses,
      namespace: v.text,
      restartCount: v.restarts,
      labels: v.labels,
      selectors: v.labels,
      services: v.services,
    }),
    P: of("P", {
      state,
      oid: v.oid,
      poid: fc.option(v.oid, { nil: undefined }),
      ts: v.time,
      exe: v.exe,
      exeArgs: v.text,
      uid: v.int,
      userName: v.text,
      gid: v.int,
      groupName: v.text,
      tty: fc.boolean(),
      containerId: v.containerOf,
      entry: fc.boolean(),
      cwd: v.cwd,
      env: v.texts,
    }),
    F: of("F", { state, oid: v.fileOid, ts: v.time, restype: v.restype, path: v.path, containerId: v.containerOfFile }),
    PE: of("PE", { ...thread, args: v.texts, ret: v.int }),
    NF: of("NF", { ...thread, ...flow, ...ends }),
    FF: of("FF", { ...thread, ...flow, openFlags: v.openFlags, fileOid: v.fileOid }),
    FE: of("FE", { ...thread, fileOid: v.fileOid, ret: v.int, newFileOid: fc.option(v.fileOid, { nil: undefined }) }),
    NE: of("NE", { ...thread, ...ends, ret: v.int }),
    PF: of("PF", {
      procOid: v.oid,
      ts: v.time,
      opFlags: v.opFlags,
      numThreadsCloned: v.operations,
      endTs: v.time,
      numThreadsExited: v.operations,
      numCloneErrors: v.operations,
    }),
    KE: of("KE", { kind: v.kind, action: v.action, ts: v.time, message: v.message }),
  };
}

const long = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-300n, 300n), fc.bigInt(1_500_000_000_000_000_000n, 1_700_000_000_000_000_000n));
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -2, max: 300 }));
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 40 }));
const optionalText = fc.option(text, { nil: undefined });
const address = int.map(ipText);
const addresses = fc.array(address, { maxLength: 2 });
const key = fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__");
const portList = fc.array(fc.record({ port: int, targetPort: int, nodePort: int, proto: text }), { maxLength: 2 });

/** Whatever schema version 5 can hold. */
export const anyValues: RecordValues = {
  text,
  texts: fc.array(text, { maxLength: 4 }),
  cwd: text,
  path: text,
  exe: text,
  time: long,
  tid: long,
  operations: long,
  bytes: long,
  restarts: long,
  int,
  opFlags: int.map((value) => value >>> 0),
  openFlags: int.map((value) => value >>> 0),
  oid: fc.record({ createTs: long, hpid: long }),
  fileOid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  container: text,
  pod: text,
  containerOf: optionalText,
  containerOfFile: optionalText,
  containerType: fc.constantFrom(...names.CONTAINER_TYPES),
  restype: fc.constantFrom("f", "d", "p", "u", "?", "\0"),
  address,
  sourcePort: int,
  port: int,
  protocol: int,
  version: fc.integer(),
  labels: fc.dictionary(key, text, { maxKeys: 3, noNullPrototype: true }),
  addresses,
  services: fc.array(fc.record({ name: text, id: text, namespace: text, portList, clusterIp: addresses }), { maxLength: 2 }),
  kind: fc.constantFrom(...names.K8S_KINDS),
  action: fc.constantFrom(...names.K8S_ACTIONS),
  message: text.map((value) => value.replace(/[\n\0]+$/, "")),
};

/** Any record that schema version 5 can hold. */
export const anyRecord: fc.Arbitrary<SysflowRecord> = fc.oneof(...Object.values(arbitraryRecords(anyValues)));

type ValueOf<T extends SysflowRecord["type"]> = Extract<SysflowRecord, { readonly type: T }>["value"];

function of<T extends SysflowRecord["type"]>(type: T, model: { readonly [K in keyof ValueOf<T>]: fc.Arbitrary<ValueOf<T>[K]> }): fc.Arbitrary<SysflowRecord> {
  return (fc.record(model) as fc.Arbitrary<unknown>).map((value) => ({ type, value }) as SysflowRecord);
}
