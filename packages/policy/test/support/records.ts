import type { Container, File, Oid, Pod, Process, SysflowRecord } from "@millrace/api/sysflow";
import { type FlatRows, flatten } from "@millrace/sysflow";
import fc from "fast-check";

/** Words that rules and records share, so that comparisons hold now and then. */
export const WORDS = ["", "a", "b", "sh", "bash", "/bin/sh", "/etc/passwd", "/etc", "x,y", "y", '"q"', "-c 'x'", "É", "root", "node", "10"];

const word = fc.constantFrom(...WORDS);
const path = fc.oneof(
  word,
  fc.array(word, { maxLength: 3 }).map((parts) => `/${parts.join("/")}`),
  fc.constant("ffff1-> ffff2 /run/x.sock"),
  fc.constant("ffff1->ffff2 /run/x.sock"),
);
const time = fc.bigInt({ min: 0n, max: 2n ** 62n });
const small = fc.integer({ min: -2, max: 3 });
const oids: readonly Oid[] = [1n, 2n, 3n, 4n].map((hpid) => ({ hpid, createTs: hpid * 10n }));
const foids: readonly string[] = ["00".repeat(20), "ab".repeat(20), "01".repeat(20)];

const container = fc.record({
  id: fc.constantFrom("c1", "c2"),
  name: word,
  image: word,
  imageId: word,
  type: fc.constantFrom("CT_DOCKER", "CT_CRI"),
  privileged: fc.boolean(),
  podId: fc.option(fc.constant("p1"), { nil: undefined }),
});
const pod = fc.record({
  ts: time,
  id: fc.constant("p1"),
  name: word,
  nodeName: word,
  hostIp: fc.constantFrom<string[]>([], ["10.0.0.1"], ["10.0.0.1", "10.0.0.2"]),
  internalIp: fc.constant<string[]>([]),
  namespace: word,
  restartCount: fc.bigInt({ min: 0n, max: 3n }),
  labels: fc.constant({}),
  selectors: fc.constant({}),
  services: fc.constantFrom([], [{ name: "s", id: "i", namespace: "n", portList: [], clusterIp: ["10.0.0.4"] }]),
});
const process = fc.record({
  state: fc.constantFrom("CREATED" as const, "MODIFIED" as const, "REUP" as const),
  oid: fc.constantFrom(...oids),
  poid: fc.option(fc.constantFrom(...oids), { nil: undefined }),
  ts: time,
  exe: path,
  exeArgs: word,
  uid: small,
  userName: word,
  gid: small,
  groupName: word,
  tty: fc.boolean(),
  containerId: fc.option(fc.constantFrom("c1", "c2", "c3"), { nil: undefined }),
  entry: fc.boolean(),
  cwd: fc.constant(""),
  env: fc.constant<string[]>([]),
});
const file = fc.record({
  state: fc.constant("CREATED" as const),
  oid: fc.constantFrom(...foids),
  ts: time,
  restype: fc.constantFrom("f", "d", "u"),
  path,
  containerId: fc.constant(undefined),
});
const bound = {
  procOid: fc.constantFrom(...oids),
  ts: time,
  tid: fc.bigInt({ min: 0n, max: 4n }),
  opFlags: fc.oneof(fc.constantFrom(1, 2, 4, 0x80, 0x180, 0x300, 0), fc.integer({ min: 0, max: 0x1fffff })),
};
const counters = {
  endTs: time,
  fd: small,
  numRRecvOps: fc.bigInt({ min: 0n, max: 3n }),
  numWSendOps: fc.bigInt({ min: 0n, max: 3n }),
  numRRecvBytes: time,
  numWSendBytes: time,
};
const ip = fc.constantFrom("10.0.0.1", "127.0.0.1", "0.0.0.0", "255.1.2.3");
const event: fc.Arbitrary<SysflowRecord> = fc.oneof(
  fc.record({ ...bound, args: fc.constant<string[]>([]), ret: small }).map((value) => ({ type: "PE" as const, value })),
  fc
    .record({ ...bound, fileOid: fc.constantFrom(...foids), ret: small, newFileOid: fc.option(fc.constantFrom(...foids), { nil: undefined }) })
    .map((value) => ({ type: "FE" as const, value })),
  fc
    .record({ ...bound, ...counters, openFlags: fc.integer({ min: 0, max: 0x1fff }), fileOid: fc.constantFrom(...foids) })
    .map((value) => ({ type: "FF" as const, value })),
  fc
    .record({
      ...bound,
      ...counters,
      sip: ip,
      sport: fc.integer({ min: 0, max: 65_535 }),
      dip: ip,
      dport: fc.constantFrom(10, 22, 443),
      proto: fc.constantFrom(6, 17),
    })
    .map((value) => ({ type: "NF" as const, value })),
  fc
    .record({
      kind: fc.constantFrom("K8S_PODS", "K8S_NODES"),
      action: fc.constantFrom("K8S_COMPONENT_ADDED", "K8S_COMPONENT_DELETED"),
      ts: time,
      message: fc.constantFrom('{"items":[{"namespace":"a"}],"kind":"Pod"}', "no json", ""),
    })
    .map((value) => ({ type: "KE" as const, value })),
);

/** Flat records of a random trace: entities that come, change and are missing, and events of every type. */
export const flatRows: fc.Arbitrary<FlatRows | undefined> = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: container.map((value: Container): SysflowRecord => ({ type: "C", value })) },
      { weight: 1, arbitrary: pod.map((value: Pod): SysflowRecord => ({ type: "PD", value })) },
      { weight: 3, arbitrary: process.map((value: Process): SysflowRecord => ({ type: "P", value })) },
      { weight: 2, arbitrary: file.map((value: File): SysflowRecord => ({ type: "F", value })) },
      { weight: 6, arbitrary: event },
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((records) => flatten([{ type: "H", value: { version: 4, exporter: "host", ip: "10.0.0.9", filename: "/t/x.sf" } }, ...records]));
