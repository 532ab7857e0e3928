import type { SysflowRecord } from "@millrace/api/sysflow";
import fc from "fast-check";
import { ipText, names } from "../../src/index.ts";

const long = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-300n, 300n), fc.bigInt(1_500_000_000_000_000_000n, 1_700_000_000_000_000_000n));
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -2, max: 300 }));
const flags = int.map((value) => value >>> 0);
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 40 }));
const foid = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const oid = fc.record({ createTs: long, hpid: long });
const address = int.map(ipText);
const optionalText = fc.option(text, { nil: undefined });
const state = fc.constantFrom(...names.OBJECT_STATES);
const thread = { procOid: oid, ts: long, tid: long, opFlags: flags };
const counters = { endTs: long, fd: int, numRRecvOps: long, numWSendOps: long, numRRecvBytes: long, numWSendBytes: long };
const connection = { sip: address, sport: int, dip: address, dport: int, proto: int };
const texts = fc.array(text, { maxLength: 4 });
const key = fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__");
const port = fc.record({ port: int, targetPort: int, nodePort: int, proto: text });
const service = fc.record({
  name: text,
  id: text,
  namespace: text,
  portList: fc.array(port, { maxLength: 2 }),
  clusterIp: fc.array(address, { maxLength: 2 }),
});

/** Any record that schema version 5 can hold. */
export const anyRecord: fc.Arbitrary<SysflowRecord> = fc.oneof(
  of("H", fc.record({ version: fc.integer(), exporter: text, ip: text, filename: text })),
  of(
    "C",
    fc.record({
      id: text,
      name: text,
      image: text,
      imageId: text,
      type: fc.constantFrom(...names.CONTAINER_TYPES),
      privileged: fc.boolean(),
      podId: optionalText,
    }),
  ),
  of(
    "P",
    fc.record({
      state,
      oid,
      poid: fc.option(oid, { nil: undefined }),
      ts: long,
      exe: text,
      exeArgs: text,
      uid: int,
      userName: text,
      gid: int,
      groupName: text,
      tty: fc.boolean(),
      containerId: optionalText,
      entry: fc.boolean(),
      cwd: text,
      env: texts,
    }),
  ),
  of("F", fc.record({ state, oid: foid, ts: long, restype: fc.constantFrom("f", "d", "p", "u", "?", "\0"), path: text, containerId: optionalText })),
  of("PE", fc.record({ ...thread, args: texts, ret: int })),
  of("NF", fc.record({ ...thread, ...counters, ...connection })),
  of("FF", fc.record({ ...thread, ...counters, openFlags: flags, fileOid: foid })),
  of("FE", fc.record({ ...thread, fileOid: foid, ret: int, newFileOid: fc.option(foid, { nil: undefined }) })),
  of("NE", fc.record({ ...thread, ...connection, ret: int })),
  of("PF", fc.record({ procOid: oid, ts: long, opFlags: flags, numThreadsCloned: long, endTs: long, numThreadsExited: long, numCloneErrors: long })),
  of(
    "PD",
    fc.record({
      ts: long,
      id: text,
      name: text,
      nodeName: text,
      hostIp: fc.array(address, { maxLength: 2 }),
      internalIp: fc.array(address, { maxLength: 2 }),
      namespace: text,
      restartCount: long,
      labels: fc.dictionary(key, text, { maxKeys: 3, noNullPrototype: true }),
      selectors: fc.dictionary(key, text, { maxKeys: 2, noNullPrototype: true }),
      services: fc.array(service, { maxLength: 2 }),
    }),
  ),
  of(
    "KE",
    fc.record({
      kind: fc.constantFrom(...names.K8S_KINDS),
      action: fc.constantFrom(...names.K8S_ACTIONS),
      ts: long,
      message: text.map((value) => value.replace(/[\n\0]+$/, "")),
    }),
  ),
) as fc.Arbitrary<SysflowRecord>;

function of(type: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return value.map((made) => ({ type, value: made }));
}
