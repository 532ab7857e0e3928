import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  baseName,
  bigintOf,
  cleanPath,
  compareHalves,
  decimalOf,
  dirName,
  eventTypes,
  highOf,
  ipNumber,
  ipText,
  lowOf,
  openFlagNames,
  operationNames,
  parseSocketPath,
  processOidText,
  trimSpace,
  XxHash64,
} from "../src/index.ts";

const long = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-(2n ** 54n), 2n ** 54n));

describe("64-bit halves", () => {
  it("hold every value, show it in decimal, and compare as it does", () => {
    fc.assert(
      fc.property(long, long, (a, b) => {
        expect(bigintOf(lowOf(a), highOf(a))).toBe(a);
        expect(decimalOf(lowOf(a), highOf(a))).toBe(String(a));
        expect(Math.sign(compareHalves(lowOf(a), highOf(a), lowOf(b), highOf(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});

describe("addresses", () => {
  it("are written with their least significant byte first", () => {
    expect([ipText(16_777_343), ipText(-1), ipNumber("127.0.0.1"), ipNumber("1.2.3"), ipNumber("1.2.3.256"), ipNumber("a.b.c.d")]).toEqual([
      "127.0.0.1",
      "255.255.255.255",
      16_777_343,
      undefined,
      undefined,
      undefined,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (address) => {
        expect(ipNumber(ipText(address))).toBe(address);
      }),
    );
  });
});

describe("xxHash64", () => {
  it("gives the identities that the peer gives", () => {
    const oid = (pid: number, createTs: number): string => processOidText(createTs, 0, pid, 0);
    expect([oid(1, 1), oid(9, 9), oid(0, 0), oid(100, 1), oid(13_823, 0)]).toEqual([
      "228d3fa5008c9ec2",
      "caab442231330520",
      "392abdfb220ee462",
      "0996254041cb8728",
      "c2f5f8c25e766cd4",
    ]);
  });

  it("equals the specification for any length", () => {
    const hash = new XxHash64();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        hash.digest(bytes, bytes.length);
        expect(hash.text).toBe(specified(bytes));
      }),
      { numRuns: 300 },
    );
  });
});

describe("paths", () => {
  it("follow Go's rules", () => {
    expect(["", "/", "//", "a", "/a/b/", "/a/b", "a b/c d"].map(baseName)).toEqual([".", "/", "/", "a", "b", "b", "c d"]);
    expect(["", "/", "a", "/a", "/a/b/", "/a//b", "a/../b/c", "../a"].map(dirName)).toEqual([".", "/", ".", "/", "/a/b", "/a", "b", ".."]);
    expect(["", ".", "/..", "a/..", "../../a", "/a/./b/../c//"].map(cleanPath)).toEqual([".", ".", "/", ".", "../../a", "/a/c"]);
  });

  it("of sockets have the addresses of their ends", () => {
    expect(parseSocketPath("ffff0A->00ee /run/x y")).toEqual({ path: "/run/x", symlink: "ffff0a->ee" });
    expect(parseSocketPath("0->000 /run/x")).toEqual({ path: "/run/x", symlink: "0->0" });
    for (const plain of ["/a->b c", "xyz->12 /p", "12->34", "12-> /p", "/plain path"]) expect(parseSocketPath(plain)).toEqual({ path: plain, symlink: "" });
  });
});

describe("white space", () => {
  it("is what Go takes for it", () => {
    expect(trimSpace("\u0085\u00a0\u2028 a\ufeff \t\n")).toBe("a\ufeff");
    expect(trimSpace("\ufeff")).toBe("\ufeff");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(" ", "\t", "\u0085", "\u3000", "a", "\u200b")), (parts) => {
        expect(trimSpace(parts.join(""))).toBe(parts.join("").replace(/^[\p{White_Space}]+|[\p{White_Space}]+$/gu, ""));
      }),
    );
  });
});

describe("flags", () => {
  it("are named in the peer's order, by the record's type", () => {
    expect(operationNames(0x1f_ffff, 6)).toEqual(
      "MKDIR RMDIR LINK SYMLINK UNLINK RENAME CLONE EXEC EXIT SETUID OPEN ACCEPT CONNECT CLOSE WRITE READ SETNS MMAP SHUTDOWN TRUNCATE DIGEST".split(" "),
    );
    expect(operationNames(0x300, 5)).toEqual(["SEND", "RECV"]);
    expect(operationNames(0x20_0000, 4)).toEqual([]);
    expect(eventTypes(0x80, 6)).toEqual(["OPEN", "open", "openat", "openat2", "creat"]);
    expect(openFlagNames(0)).toEqual(["NONE"]);
    expect(openFlagNames(0x1fff)).toEqual("RDONLY WRONLY RDWR CREAT EXCL TRUNC APPEND NONBLOCK DSYNC DIRECT LARGEFILE DIRECTORY CLOEXEC SYNC".split(" "));
  });
});

/** The specification of xxHash64, word for word, in big integers. */
function specified(bytes: Uint8Array): string {
  const mask = (1n << 64n) - 1n;
  const [p1, p2, p3, p4, p5] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
  const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & mask;
  const round = (accumulator: bigint, input: bigint): bigint => (rotate((accumulator + input * p2) & mask, 31n) * p1) & mask;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash = p5;
  if (bytes.length >= 32) {
    const lanes = [(p1 + p2) & mask, p2, 0n, -p1 & mask] as [bigint, bigint, bigint, bigint];
    for (; at + 32 <= bytes.length; at += 32) for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i] as bigint, view.getBigUint64(at + i * 8, true));
    hash = (rotate(lanes[0], 1n) + rotate(lanes[1], 7n) + rotate(lanes[2], 12n) + rotate(lanes[3], 18n)) & mask;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8) hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4) & mask;
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(view.getUint32(at, true)) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((BigInt(bytes[at] as number) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, "0");
}
