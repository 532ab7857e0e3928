import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { AttributeValue, SysflowRecord } from "@millrace/api/sysflow";
import { describe, expect, it } from "vitest";
import { ATTRIBUTES, EntityTables, FlatBuilder, FlatCursor, type FlatRows, findAttribute, flatChannel, flatten, valueText, walk } from "../src/index.ts";
import { conformanceNotice, goldenLines, hasConformance, traceFile, traceNames } from "./support/conformance.ts";
import { partsOf } from "./support/reading.ts";
import { event, file, fileFlow, foid, header, networkFlow, process } from "./support/scene.ts";

const container: SysflowRecord = {
  type: "C",
  value: { id: "c1", name: " web ", image: "img ", imageId: "sha", type: "CT_CRI", privileged: true, podId: "p1" },
};
const pod: SysflowRecord = {
  type: "PD",
  value: {
    ts: 77n,
    id: "p1",
    name: " pod ",
    nodeName: "node",
    hostIp: ["10.0.0.9", "10.0.0.8"],
    internalIp: ["10.2.0.1"],
    namespace: "ns",
    restartCount: 2n,
    labels: {},
    selectors: {},
    services: [{ name: "s", id: "i", namespace: "n", portList: [{ port: 80, targetPort: 8080, nodePort: 0, proto: "TCP" }], clusterIp: ["10.3.0.1"] }],
  },
};
const fileEvent: SysflowRecord = {
  type: "FE",
  value: { procOid: { createTs: 1_000_000_000_002n, hpid: 2n }, ts: 20n, tid: 21n, opFlags: 0x100000, fileOid: foid(1), ret: -2, newFileOid: foid(2) },
};
const k8sEvent: SysflowRecord = { type: "KE", value: { kind: "K8S_PODS", action: "K8S_COMPONENT_ADDED", ts: 30n, message: '{"a":1}' } };
const scene: SysflowRecord[] = [
  header,
  pod,
  container,
  process(1, { exe: "/sbin/init", uid: 7, tty: true }),
  process(2, { parent: 1, exe: "/usr/bin/app", exeArgs: "-v x", containerId: "c1", entry: true, userName: "u", gid: 5 }),
  file(1, { path: "/var/log/app.log" }),
  file(2, { path: "ffff0a->00beef /run/app.sock x", restype: "u" }),
  event(2, { opFlags: 2, ret: -13 }),
  networkFlow(2),
  fileFlow(2, 1, { openFlags: 0x3, opFlags: 0x380 }),
  fileFlow(2, 2),
  fileEvent,
  k8sEvent,
  event(99),
];
const batch = flatten(scene) as FlatRows;

/** The values of some attributes for all records: PE, NF, FF, FF on a socket, FE, KE, PE of an unknown process. */
function values(name: string): AttributeValue[] {
  return Array.from({ length: batch.records }, (_, index) => findAttribute(name)?.get(batch, index) as AttributeValue);
}

describe("attributes of the record", () => {
  it.each([
    ["sf.type", ["PE", "NF", "FF", "FF", "FE", "KE", "PE"]],
    ["sf.ts", [7n, 10n, 8n, 8n, 20n, 30n, 7n]],
    ["sf.endts", [0n, 11n, 9n, 9n, 0n, 30n, 0n]],
    ["sf.ret", [-13, 0, 0, 0, -2, 0, 0]],
    ["sf.opflags", [["EXEC"], ["CONNECT", "SEND", "RECV"], ["OPEN", "WRITE", "READ"], ["OPEN", "READ"], ["RENAME"], [], ["EXEC"]]],
    ["sf.net.sip", ["", "10.0.0.1", "", "", "", "", ""]],
    ["sf.net.port", [[], [1234, 80], [], [], [], [], []]],
    ["sf.net.proto", [0, 6, 0, 0, 0, 0, 0]],
    ["sf.flow.rbytes", [0n, 7n, 3n, 3n, 0n, 0n, 0n]],
    ["sf.flow.wops", [0n, 6n, 2n, 2n, 0n, 0n, 0n]],
    ["sf.file.fd", [0, 0, 3, 3, 0, 0, 0]],
    ["sf.file.openflags", [[], [], ["RDONLY", "WRONLY", "RDWR"], ["RDONLY"], [], [], []]],
    ["sf.file.is_open_write", [false, false, true, false, false, false, false]],
    ["sf.ke.kind", ["K8S_NODES", "K8S_NODES", "K8S_NODES", "K8S_NODES", "K8S_NODES", "K8S_PODS", "K8S_NODES"]],
    ["sf.ke.message", ["", "", "", "", "", '{"a":1}', ""]],
    ["sf.proc.tid", [2n, 2n, 2n, 2n, 21n, 0n, 99n]],
  ])("%s is what it is where it applies, and zero elsewhere", (name, expected) => {
    expect(values(name)).toEqual(expected);
  });
});

describe("attributes of entities", () => {
  it.each([
    ["sf.proc.exe", "/usr/bin/app", "", ""],
    ["sf.proc.name", "app", ".", "."],
    ["sf.proc.cmdline", "/usr/bin/app -v x", " ", " "],
    ["sf.proc.pid", 2n, 0n, 0n],
    ["sf.proc.gid", 5, 0, 0],
    ["sf.proc.entry", true, false, false],
    ["sf.proc.aname", ["app", "init"], [], []],
    ["sf.proc.apid", [2n, 1n], [], []],
    ["sf.proc.acmdline", ["/usr/bin/app -v x", "/sbin/init"], [], []],
    ["sf.pproc.exe", "/sbin/init", "", ""],
    ["sf.pproc.uid", 7, 0, 0],
    ["sf.pproc.tty", true, false, false],
    ["sf.pproc.pid", 1n, 0n, 0n],
    ["sf.proc.oid", values("sf.proc.oid")[1], "392abdfb220ee462", "392abdfb220ee462"],
    ["sf.container.id", "c1", "", ""],
    ["sf.container.name", "web", "", ""],
    ["sf.container.type", "CRI", "host", "host"],
    ["sf.container.privileged", 1, 0, 0],
    ["sf.pod.name", "pod", "", ""],
    ["sf.pod.restartcnt", 2n, 0n, 0n],
    ["sf.pod.hostip", '["10.0.0.9","10.0.0.8"]', "", ""],
    ["sf.pod.internalip+", ["10.2.0.1"], [], []],
    [
      "sf.pod.services",
      '[{"clusterip":["10.3.0.1"],"name":"s","id":"i","namespace":"n","portList":[{"port":80,"targetPort":8080,"nodePort":0,"proto":"TCP"}]}]',
      "",
      "",
    ],
    ["sf.node.id", "host1", "host1", "host1"],
    ["sf.meta.tracename", "t1.sf", "t1.sf", "t1.sf"],
    ["sf.meta.schema", 5, 5, 5],
  ])("%s: known, on a Kubernetes event, and of an unknown process", (name, known, k8s, unknown) => {
    const all = values(name);
    expect([all[0], all[5], all[6]]).toEqual([known, k8s, unknown]);
  });

  it.each([
    ["sf.file.path", "/var/log/app.log", "/run/app.sock", "/var/log/app.log"],
    ["sf.file.symlink", "", "ffff0a->beef", ""],
    ["sf.file.name", "app.log", "app.sock x", "app.log"],
    ["sf.file.directory", "/var/log", "/run", "/var/log"],
    ["sf.file.type", "f", "u", "f"],
    ["sf.file.oid", foid(1), foid(2), foid(1)],
    ["sf.file.newpath", "", "", "/run/app.sock"],
    ["sf.file.newname", ".", ".", "app.sock x"],
    ["sf.file.newoid", "", "", foid(2)],
  ])("%s: of a file, of a socket, and of a rename; empty on other records", (name, first, socket, rename) => {
    const all = values(name);
    expect([all[2], all[3], all[4]]).toEqual([first, socket, rename]);
    expect([all[0], all[1], all[5]]).toEqual(["", "", ""]);
  });
});

describe("names of Falco's rules", () => {
  it.each([
    ["evt.type", ["EXEC", "execve", "execveat"], 0],
    ["evt.rawres", -13, 0],
    ["evt.dir", [">", "<"], 0],
    ["fd.name", "10.0.0.1:1234->10.0.0.2:80", 1],
    ["fd.name", "/var/log/app.log", 2],
    ["fd.name", "/run/app.sock", 3],
    ["fd.name", "", 0],
    ["fd.filename", "app.log", 2],
    ["proc.tty", 0, 0],
    ["proc.createtime", 1_000_000_000_002n, 0],
    ["proc.pcreatetime", 1_000_000_000_001n, 0],
    ["proc.aname[0]", "app", 0],
    ["proc.aname[1]", "init", 0],
    ["sf.proc.aname[2]", "", 0],
    ["proc.apid[1]", 1n, 0],
    ["container.image.id", "sha", 0],
    ["user.name", "u", 0],
  ])("%s means what Falco means by it (%#)", (name, expected, index) => {
    expect(findAttribute(name)?.get(batch, index)).toEqual(expected);
  });

  it("that are no attributes are not found", () => {
    for (const name of ["sf.foo", "proc.aname[x]", "proc.exe[1]", "proc.aname[99999]", ""]) expect(findAttribute(name)).toBeUndefined();
  });
});

describe("the table of attributes", () => {
  it("gives every value in the type it names, and halves that agree with the value", () => {
    for (const attribute of ATTRIBUTES.values()) {
      for (let index = 0; index < batch.records; index++) {
        const value = attribute.get(batch, index);
        const type = { S: "string", I: attribute.wide ? "bigint" : "number", B: "boolean", L: "object" }[attribute.type];
        expect([attribute.name, typeof value]).toEqual([attribute.name, type]);
        if (!attribute.low || !attribute.high) continue;
        expect((BigInt(attribute.high(batch, index)) << 32n) | BigInt(attribute.low(batch, index) >>> 0)).toBe(value);
      }
    }
  });

  it("gives from the version alone what it gives from the record", () => {
    const around = batch.around[0];
    for (const { of, get, name } of ATTRIBUTES.values()) {
      const entity =
        of &&
        {
          process: around?.process,
          chain: around,
          container: around?.container,
          pod: around?.pod,
          header: around?.header,
          file: batch.files[2],
          newfile: batch.newFiles?.[4],
        }[of.scope];
      if (!of || !entity) continue;
      const index = of.scope === "file" ? 2 : of.scope === "newfile" ? 4 : 0;
      expect([name, of.value(entity as never)]).toEqual([name, get(batch, index)]);
    }
  });

  it("describes each", () => {
    expect(ATTRIBUTES.size).toBeGreaterThan(120);
    for (const { description, types } of ATTRIBUTES.values()) {
      expect(description).toMatch(/^[A-Z1].*\.$/);
      expect(types.length).toBeGreaterThan(0);
    }
  });
});

describe("a flat record", () => {
  it("is a cursor that moves; what is retained stays", () => {
    const kept = Array.from(batch, (record) => record.retain());
    expect(kept.map(({ type }) => type)).toEqual(["PE", "NF", "FF", "FF", "FE", "KE", "PE"]);
    for (const [index, record] of kept.entries()) {
      for (const name of ATTRIBUTES.keys()) expect(record.get(name)).toEqual(new FlatCursor(batch, index).get(name));
    }
    // A copy does not read the memory that it came from.
    const own = flatten(scene) as FlatRows;
    const copy = new FlatCursor(own, 5).retain();
    own.words.fill(0);
    own.text.fill(0);
    expect([copy.type, copy.ts, copy.text("sf.ke.message")]).toEqual(["KE", 30n, '{"a":1}']);
  });

  it("gives text: numbers in decimal, lists joined, nothing for an unknown name", () => {
    const cursor = new FlatCursor(batch, 1);
    expect(["sf.ts", "sf.net.port", "sf.opflags", "sf.proc.entry", "sf.proc.apid", "sf.nope"].map((name) => cursor.text(name))).toEqual([
      "10",
      "1234,80",
      "CONNECT,SEND,RECV",
      "true",
      "2,1",
      "",
    ]);
    expect(valueText([1n, "a", true])).toBe("1,a,true");
  });

  it("can be divided with its batch", () => {
    const part = flatChannel.slice?.(batch, 2, 4) as FlatRows;
    expect(Array.from(part, (record) => record.text("sf.file.path"))).toEqual(["/var/log/app.log", "/run/app.sock"]);
  });
});

conformanceNotice("attributes against the JSON export of the peer");
describe.skipIf(!hasConformance)("the JSON export of the peer", () => {
  it.each(traceNames())("of %s holds what the attributes give", async (name) => {
    const lines = goldenLines("json-all", name);
    const tables = new EntityTables();
    const builder = new FlatBuilder();
    const wrong: string[] = [];
    let count = 0;
    for (const { rows } of await partsOf(readFileSync(traceFile(name)))) {
      walk(rows, tables, {
        begin: (begun) => builder.begin(begun),
        event: (base, type, around, file, newFile) => type !== 8 && type !== 9 && builder.add(base, around, file, newFile),
        missing: () => undefined,
      });
      tables.endBatch();
      for (const record of builder.end() ?? []) {
        for (const [attribute, expected] of exported(lines[count] as string)) {
          const value = shown(attribute, record.get(attribute));
          if (value !== expected && !isDeepStrictEqual(value, expected))
            wrong.push(`record ${count}: ${attribute} is ${JSON.stringify(value)} and should be ${JSON.stringify(expected)}`);
        }
        count++;
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(count).toBe(lines.length);
  });
});

/** The attributes that a line of the export holds. Numbers are kept as text: they may have 64 bits. */
function* exported(line: string): Generator<[string, unknown]> {
  const json = JSON.parse(line.replace(/([:[,])(-?\d{16,})(?=[,\]}])/g, '$1"$2"')) as Record<string, unknown>;
  for (const [section, value] of Object.entries(json)) {
    if (section === "version") continue;
    if (typeof value !== "object" || Array.isArray(value)) {
      yield [`sf.${section}`, texts(value)];
      continue;
    }
    for (const [key, part] of Object.entries(value as object)) {
      const prefix = section === "k8s" ? "ke" : section;
      const list = section === "pod" && ["hostip", "internalip", "services"].includes(key) ? "+" : "";
      yield [`sf.${prefix}.${key}${list}`, texts(part)];
    }
  }
}

/** The value of an attribute as the export shows it: one quote at either end of a text is left out, services have other keys. */
function shown(attribute: string, value: AttributeValue | undefined): unknown {
  if (attribute === "sf.pod.services+") {
    return (value as string[]).map((service) => {
      const { clusterip, name, id, namespace, portList } = JSON.parse(service) as Record<string, never> & { portList: Record<string, unknown>[] };
      const ports = portList.map((port) => ({ port: port["port"], targetport: port["targetPort"], nodeport: port["nodePort"], proto: port["proto"] }));
      return texts({ id, name, namespace, clusterIP: clusterip, ports });
    });
  }
  return typeof value === "string" && attribute !== "sf.ke.message" ? value.replace(/^["']/, "").replace(/["']$/, "") : texts(value);
}

/** All numbers as text. */
function texts(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(texts);
  return value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, texts(part)])) : value;
}
