import type { Oid, SysflowRecord } from "@millrace/api/sysflow";
import fc from "fast-check";
import { anyValues, arbitraryRecords } from "../../../../sysflow/test/support/arbitrary-records.ts";

/** Texts that are hard to write: quotes at their ends, control characters, what Go escapes, halves of pairs, bytes that were no UTF-8. */
const text: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "",
      "/bin/sh",
      "-c x",
      " padded ",
      '"quoted"',
      "'",
      '"',
      "<&>",
      "a\tb\n",
      "\u2028\u2029",
      "\ud800",
      "\udc00x",
      "é😀",
      "\ufffd",
      "\u0000\u001f\u007f",
      "..",
      "/",
      "a/../b//c",
    ),
  },
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', "'", "\\", "/", " ", "\u0085", "x", "ü", "<"), maxLength: 6 }),
);
const path: fc.Arbitrary<string> = fc.oneof(text, fc.constantFrom("/etc/passwd", "0aF3->00b2 /run/x y", "ff->0 /a\tb"));
const long: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    -1n,
    999_999n,
    1_000_000n,
    999_999_999_999n,
    1_000_000_000_000n,
    1_621_959_914_252_001_005n,
    9_007_199_254_740_993n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const int: fc.Arbitrary<number> = fc.oneof(fc.constantFrom(0, 1, -1, 9, 10, 65_535, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const flags: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 8, 0x80, 0x100, 0x200, 0x300, 0x8000, 0x10000, 0x20000, 0x40000, 0x80000, 0x100000),
  fc.nat(0x3fffff),
);
const oid: fc.Arbitrary<Oid> = fc.record({ createTs: fc.constantFrom(0n, 7n), hpid: fc.constantFrom(0n, 1n, 2n, 3n) });
const fileOid: fc.Arbitrary<string> = fc.constantFrom("0".repeat(40), "1".repeat(40), "0123456789abcdef0123456789abcdef01234567");
const id: fc.Arbitrary<string> = fc.constantFrom("", "c1", "c2", '"c3"');
const ip: fc.Arbitrary<string> = fc.constantFrom("0.0.0.0", "255.255.255.255", "10.0.0.2", "127.0.0.1");
const addresses = fc.array(ip, { maxLength: 2 });
const portList = fc.array(fc.record({ port: int, targetPort: int, nodePort: int, proto: text }), { maxLength: 2 });

/** Few identities, so that records refer to each other, and texts and numbers that are hard to write. */
const made = arbitraryRecords({
  ...anyValues,
  text,
  texts: fc.constant([]),
  cwd: fc.constant(""),
  path,
  exe: text,
  time: long,
  tid: fc.oneof(long, fc.constantFrom(1n, 2n)),
  operations: long,
  bytes: long,
  restarts: long,
  int,
  opFlags: flags,
  openFlags: fc.oneof(fc.nat(0x1fff), fc.constant(0)),
  oid,
  fileOid,
  container: id,
  pod: id,
  containerOf: fc.option(id, { nil: undefined }),
  containerOfFile: fc.constant(undefined),
  containerType: fc.constantFrom("CT_DOCKER", "CT_CRIO", "unknown"),
  restype: fc.constantFrom("f", "d", "u", "p", "?", "\u0000"),
  address: ip,
  sourcePort: fc.nat(65_535),
  port: fc.nat(65_535),
  protocol: fc.constantFrom(1, 6, 17, 254, 0),
  version: fc.constantFrom(4, 1000),
  labels: fc.constant({}),
  addresses,
  services: fc.array(fc.record({ name: text, id: text, namespace: text, clusterIp: addresses, portList }), { maxLength: 2 }),
  kind: fc.constantFrom("K8S_PODS", "K8S_NODES"),
  action: fc.constantFrom("K8S_COMPONENT_ADDED", "K8S_COMPONENT_MODIFIED", "K8S_COMPONENT_DELETED", "K8S_COMPONENT_ERROR", "K8S_COMPONENT_UNKNOWN"),
  message: fc.oneof(text, fc.constantFrom('{"kind":"Pod","items":[{"name":"n","namespace":7}]}', '{"items":{}}', "null", "[")),
});
const entity = fc.oneof(made.C, made.P, made.F, made.PD);
const event = fc.oneof(made.PE, made.FE, made.FF, made.NF, made.KE);

/** A trace of a header, some entities and some events, in any order. */
export const records: fc.Arbitrary<readonly SysflowRecord[]> = fc
  .tuple(made.H, fc.array(entity, { maxLength: 12 }), fc.array(fc.oneof(event, entity), { minLength: 1, maxLength: 8 }))
  .map(([header, entities, events]) => [header, ...entities, ...events]);
