import { readdir, readFile } from "node:fs/promises";
import type { Process, SysflowRecord } from "@millrace/api/sysflow";
import { readTrace } from "@millrace/sysflow";
import { clientServerScene, exampleTraces, podScene, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

const EXAMPLES = new URL("../../../examples/traces/", import.meta.url);

describe("a scenario", () => {
  it("announces entities before what refers to them", () => {
    const { records } = scenario()
      .host("h1", { ip: "10.0.0.1" })
      .container("web", { image: "nginx:1.27" })
      .process("server", { exe: "./server", pid: 13823, container: "web" })
      .exec()
      .read("/etc/hosts", { readBytes: 12 })
      .read("/etc/hosts", { readBytes: 12 })
      .connect("10.0.0.1:4000", "10.0.0.2:80", { writeBytes: 3 });
    expect(records.map(({ type }) => type).join(" ")).toBe("H C P PE F FF FF NF");
    const [process, file] = [firstOf(records, "P"), firstOf(records, "F")];
    expect(firstOf(records, "PE")).toMatchObject({ procOid: process.oid, tid: 13823n, opFlags: 2 });
    expect(firstOf(records, "FF")).toMatchObject({ fileOid: file.oid, numRRecvBytes: 12n, numRRecvOps: 1n, numWSendOps: 0n, opFlags: 0x80 | 0x100 | 0x400 });
    expect(file.containerId).toBe(firstOf(records, "C").id);
    expect(firstOf(records, "NF")).toMatchObject({ sip: "10.0.0.1", sport: 4000, dip: "10.0.0.2", dport: 80, proto: 6, numWSendBytes: 3n });
  });

  it("lets time go on with each event, and by waiting", () => {
    const { records } = scenario({ start: 0n }).host("h").process("p").exec().wait(10).exit(1, { after: 2.5 });
    expect(records.flatMap((record) => (record.type === "PE" ? [record.value.ts] : []))).toEqual([1_000_000n, 13_500_000n]);
  });

  it("changes a process before the event that changes it", () => {
    const { records } = scenario().host("h").process("p", { exe: "/bin/sh" }).exec({ exe: "/bin/ls", args: "-l" }).setuid(7, "joe");
    const processes = records.flatMap((record) => (record.type === "P" ? [record.value] : []));
    expect(processes.map(({ state, exe, exeArgs, uid }) => ({ state, exe, exeArgs, uid }))).toEqual([
      { state: "CREATED", exe: "/bin/sh", exeArgs: "", uid: 0 },
      { state: "MODIFIED", exe: "/bin/ls", exeArgs: "-l", uid: 0 },
      { state: "MODIFIED", exe: "/bin/ls", exeArgs: "-l", uid: 7 },
    ]);
  });

  it("gives a child what its parent has", () => {
    const { records } = scenario().host("h").container("c").process("parent", { exe: "/p", uid: 5, container: "c", pid: 1 }).clone("child", { pid: 2 });
    const [parent, child] = records.flatMap((record) => (record.type === "P" ? [record.value] : [])) as [Process, Process];
    expect(child).toMatchObject({ exe: "/p", uid: 5, containerId: parent.containerId, poid: parent.oid, oid: { hpid: 2n } });
    expect(records.flatMap((record) => (record.type === "PE" ? [[record.value.tid, record.value.ret]] : []))).toEqual([
      [1n, 2],
      [2n, 0],
    ]);
  });

  it("says what it does not know", () => {
    expect(() => scenario().host("h").exec()).toThrowErrorMatchingInlineSnapshot("[MillraceError: the scenario has no process yet]");
    expect(() => scenario().host("h").process("p", { parent: "q" })).toThrowErrorMatchingInlineSnapshot("[MillraceError: the scenario has no process q]");
    expect(() => scenario().host("h").process("p").connect("here", "there")).toThrowErrorMatchingInlineSnapshot(
      "[MillraceError: here is no end of a connection]",
    );
  });

  it("forgets its entities with a new header", () => {
    const { records } = scenario().host("h").process("p").read("/a").host("h").process("p").read("/a");
    expect(records.map(({ type }) => type).join(" ")).toBe("H P F FF H P F FF");
  });
});

describe("the scenes", () => {
  it("client and server: what the documented example says", () => {
    const { records } = clientServerScene();
    const tids = records.flatMap((record) => (record.type === "PE" ? [record.value.tid] : []));
    expect(tids).toEqual([13823n, 13824n, 13824n, 13823n]);
    expect(Array.from(clientServerScene().flat(), (record) => record.text("sf.proc.exe"))).toEqual([
      "./server",
      "./server",
      "./server",
      "./client",
      "./client",
      "./client",
      "./client",
      "./client",
      "./server",
      "./server",
    ]);
  });

  it("pod: a record of each type", () => {
    expect(new Set(podScene().records.map(({ type }) => type))).toEqual(new Set(["H", "C", "P", "F", "PE", "NF", "FF", "FE", "NE", "PF", "PD", "KE"]));
    const [first] = Array.from(podScene().flat(), (record) => record.retain()).filter(({ type }) => type === "PE");
    expect(first?.text("sf.pod.name")).toBe("web-7c5ddbdf54-x2x9k");
    expect(first?.text("sf.container.name")).toBe("web");
  });

  it("are the same each time, to the byte", async () => {
    for (const scene of Object.values(exampleTraces)) expect(Buffer.compare(await scene().trace(), await scene().trace())).toBe(0);
  });
});

describe("examples/traces", () => {
  it("has a trace for each scene, and no other", async () => {
    const files = (await readdir(EXAMPLES)).filter((name) => name.endsWith(".sf"));
    expect(files.sort()).toEqual(Object.keys(exampleTraces).sort());
  });

  it.each(Object.entries(exampleTraces))("%s is what its scene tells (else: pnpm --filter @millrace/testkit make-traces)", async (name, scene) => {
    expect(await recordsOf(await readFile(new URL(name, EXAMPLES)))).toEqual(await recordsOf(await scene().trace()));
  });

  it.each(Object.entries(exampleTraces))("%s gives back what was told", async (name, scene) => {
    // Version 4 of the schema has no working directory and no environment.
    const told = scene().records.map((record) => (record.type === "P" ? { ...record, value: { ...record.value, cwd: "", env: [] } } : record));
    expect(await recordsOf(await readFile(new URL(name, EXAMPLES)))).toEqual(told);
  });
});

type ValueOf<T extends SysflowRecord["type"]> = Extract<SysflowRecord, { readonly type: T }>["value"];

function firstOf<T extends SysflowRecord["type"]>(records: readonly SysflowRecord[], type: T): ValueOf<T> {
  const found = records.find((record) => record.type === type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found.value as ValueOf<T>;
}

async function recordsOf(bytes: Uint8Array): Promise<SysflowRecord[]> {
  let at = 0;
  const read = (into: Buffer): number => {
    const part = bytes.subarray(at, at + into.byteLength);
    into.set(part);
    at += part.byteLength;
    return part.byteLength;
  };
  const records: SysflowRecord[] = [];
  for await (const { rows } of readTrace(read, { file: "a trace" })) records.push(...rows);
  return records;
}
