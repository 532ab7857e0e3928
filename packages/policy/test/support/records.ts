import type { Oid, SysflowRecord } from "@millrace/api/sysflow";
import { type FlatRows, flatten } from "@millrace/sysflow";
import fc from "fast-check";
import { anyValues, arbitraryRecords } from "../../../sysflow/test/support/arbitrary-records.ts";

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
const few = fc.bigInt({ min: 0n, max: 3n });
const oids: readonly Oid[] = [1n, 2n, 3n, 4n].map((hpid) => ({ hpid, createTs: hpid * 10n }));

/** Few values of each kind, so that records refer to each other, and rules hold now and then. */
const made = arbitraryRecords({
  ...anyValues,
  text: word,
  path,
  exe: path,
  time,
  tid: fc.bigInt({ min: 0n, max: 4n }),
  operations: few,
  bytes: time,
  restarts: few,
  int: fc.integer({ min: -2, max: 3 }),
  opFlags: fc.oneof(fc.constantFrom(1, 2, 4, 0x80, 0x180, 0x300, 0), fc.integer({ min: 0, max: 0x1fffff })),
  openFlags: fc.integer({ min: 0, max: 0x1fff }),
  oid: fc.constantFrom(...oids),
  fileOid: fc.constantFrom("00".repeat(20), "ab".repeat(20), "01".repeat(20)),
  container: fc.constantFrom("c1", "c2"),
  pod: fc.constant("p1"),
  containerOf: fc.option(fc.constantFrom("c1", "c2", "c3"), { nil: undefined }),
  containerOfFile: fc.constant(undefined),
  containerType: fc.constantFrom("CT_DOCKER", "CT_CRI"),
  restype: fc.constantFrom("f", "d", "u"),
  address: fc.constantFrom("10.0.0.1", "127.0.0.1", "0.0.0.0", "255.1.2.3"),
  sourcePort: fc.integer({ min: 0, max: 65_535 }),
  port: fc.constantFrom(10, 22, 443),
  protocol: fc.constantFrom(6, 17),
  labels: fc.constant({}),
  addresses: fc.constantFrom<string[]>([], ["10.0.0.1"], ["10.0.0.1", "10.0.0.2"]),
  services: fc.constantFrom([], [{ name: "s", id: "i", namespace: "n", portList: [], clusterIp: ["10.0.0.4"] }]),
  kind: fc.constantFrom("K8S_PODS", "K8S_NODES"),
  action: fc.constantFrom("K8S_COMPONENT_ADDED", "K8S_COMPONENT_DELETED"),
  message: fc.constantFrom('{"items":[{"namespace":"a"}],"kind":"Pod"}', "no json", ""),
});
const header: SysflowRecord = { type: "H", value: { version: 4, exporter: "host", ip: "10.0.0.9", filename: "/t/x.sf" } };

/** Flat records of a random trace: entities that come, change and are missing, and events of every type. */
export const flatRows: fc.Arbitrary<FlatRows | undefined> = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: made.C },
      { weight: 1, arbitrary: made.PD },
      { weight: 3, arbitrary: made.P },
      { weight: 2, arbitrary: made.F },
      { weight: 6, arbitrary: fc.oneof(made.PE, made.FE, made.FF, made.NF, made.KE) },
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((records) => flatten([header, ...records]));
