import type { Outputs } from "@millrace/api";
import { defineHandler, type EntityKind, type FlatBatch, type Handler, type RecordContext, type SysflowBatch, type SysflowRecord } from "@millrace/api/sysflow";
import { rowsFrom } from "@millrace/sysflow";
import { type Harness, harness, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { flattener, reader } from "../src/index.ts";

const METHODS = [
  "handleHeader",
  "handleContainer",
  "handlePod",
  "handleProcess",
  "handleFile",
  "handleProcEvt",
  "handleNetFlow",
  "handleFileFlow",
  "handleFileEvt",
  "handleNetEvt",
  "handleProcFlow",
  "handleK8sEvt",
] as const;

/** A handler that notes each call, with what stood around the record. */
function noting(calls: string[], entities: boolean | readonly EntityKind[]) {
  const note =
    (method: string) =>
    (context: RecordContext, value: object): void => {
      const { header, process, container, pod, file, newFile, ancestors } = context;
      const around = { header: header?.exporter, process: process?.exe, container: container?.name, pod: pod?.name, file: file?.path, newFile: newFile?.path };
      const known = Object.entries(around)
        .filter(([, what]) => what !== undefined)
        .map(([key, what]) => `${key}=${what}`);
      calls.push(
        [method, ...known, ...(ancestors.length > 1 ? [`ancestors=${ancestors.length}`] : []), Object.keys(value).length > 0 ? "" : "empty"].join(" ").trim(),
      );
    };
  return defineHandler({
    name: "noting",
    description: "Notes calls",
    entities,
    create: () => Object.fromEntries(METHODS.map((method) => [method, note(method)])) as Handler,
  });
}

async function calls(
  records: readonly SysflowRecord[],
  entities: boolean | readonly EntityKind[] = false,
): Promise<{ made: string[]; h: Harness<SysflowBatch> }> {
  const made: string[] = [];
  const h = await harness<SysflowBatch>(reader, { hosted: { handler: noting(made, entities) }, input: rowsFrom(records) });
  expect((await h.finished()).state).toBe("finished");
  return { made, h };
}

const told = scenario()
  .host("h1")
  .pod("p1")
  .container("c1", { pod: "p1" })
  .process("init", { exe: "/sbin/init" })
  .process("app", { exe: "/bin/app", parent: "init", container: "c1" })
  .exec()
  .read("/etc/app.conf")
  .rename("/a", "/b")
  .connect("10.0.0.1:1", "10.0.0.2:2")
  .networkEvent("ACCEPT", "10.0.0.1:1", "10.0.0.2:2")
  .processFlow().records;
const k8s: SysflowRecord = { type: "KE", value: { kind: "K8S_PODS", action: "K8S_COMPONENT_ADDED", ts: 1n, message: "{}" } };

describe("a handler", () => {
  it("is called for each event, with all that is known around it, and for no entity unless it asks", async () => {
    const { made } = await calls([...told, k8s]);
    const around = "header=h1 process=/bin/app container=c1 pod=p1";
    expect(made).toEqual([
      `handleProcEvt ${around} ancestors=2`,
      `handleFileFlow ${around} file=/etc/app.conf ancestors=2`,
      `handleFileEvt ${around} file=/a newFile=/b ancestors=2`,
      `handleNetFlow ${around} ancestors=2`,
      `handleNetEvt ${around} ancestors=2`,
      `handleProcFlow ${around} ancestors=2`,
      "handleK8sEvt header=h1",
    ]);
  });

  it("that asks for entities gets them, each with its context; a header's context has the one before", async () => {
    const second: SysflowRecord = { type: "H", value: { version: 5, exporter: "h2", ip: "", filename: "" } };
    const { made } = await calls([...told.slice(0, 5), second], true);
    expect(made).toEqual([
      "handleHeader",
      "handlePod header=h1",
      "handleContainer header=h1",
      "handleProcess header=h1 process=/sbin/init",
      "handleProcess header=h1 process=/bin/app container=c1 pod=p1 ancestors=2",
      "handleHeader header=h1",
    ]);
  });

  it("may ask for some entities only", async () => {
    const { made } = await calls(told, ["file"]);
    expect(made.filter((call) => /^handle(Header|Pod|Container|Process|File)\b/.test(call))).toEqual([
      "handleFile header=h1 container=c1 pod=p1 file=/etc/app.conf",
      "handleFile header=h1 container=c1 pod=p1 file=/a",
      "handleFile header=h1 container=c1 pod=p1 file=/b",
    ]);
  });

  it("gets events whose process or file is not known, and people are told, but not each time", async () => {
    const event = (pid: bigint): SysflowRecord => ({
      type: "FF",
      value: {
        procOid: { createTs: 5n, hpid: pid },
        ts: 1n,
        tid: 1n,
        opFlags: 0,
        endTs: 1n,
        fd: 3,
        numRRecvOps: 0n,
        numWSendOps: 0n,
        numRRecvBytes: 0n,
        numWSendBytes: 0n,
        openFlags: 0,
        fileOid: "0102".padEnd(40, "0"),
      },
    });
    const { made, h } = await calls([event(7n), event(8n), event(9n)]);
    expect(made).toEqual(["handleFileFlow", "handleFileFlow", "handleFileFlow"]);
    expect(h.log("warn")).toEqual([
      "No process object for ID:  {5 7}",
      "No file object for FOID:  [1 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0]",
      "2 more warnings of this kind: process",
      "2 more warnings of this kind: file",
    ]);
    expect([h.metric("missing_entities", "process"), h.metric("missing_entities", "file")]).toEqual([3, 3]);
  });

  it("that throws ends the run with its name", async () => {
    const bad = defineHandler({
      name: "bad",
      description: "Throws",
      create: () => ({
        handleProcEvt: () => {
          throw new Error("no more");
        },
      }),
    });
    const h = await harness(reader, { hosted: { handler: bad }, input: rowsFrom(told) });
    expect((await h.finished()).error?.message).toBe("node 'sysflowreader': no more");
  });
});

describe("batches of plain records", () => {
  it("are read as well, and a record that does not fit is set aside, counted and named", async () => {
    const bad: SysflowRecord = { type: "F", value: { state: "CREATED", oid: "zz", ts: 1n, restype: "f", path: "/", containerId: undefined } };
    const records = [...told.slice(0, 6), bad];
    const made: string[] = [];
    const h = await harness<SysflowBatch>(reader, {
      hosted: { handler: noting(made, false) },
      input: { records: records.length, bytes: 1000, [Symbol.iterator]: () => records[Symbol.iterator]() } as SysflowBatch,
    });
    expect((await h.finished()).state).toBe("finished");
    expect(made).toHaveLength(1);
    expect(h.metric("records_refused")).toBe(1);
    expect(h.log("warn")).toEqual([
      `a record was set aside: a SysFlow record can't be made: "zz" is no identity of a file: 40 hexadecimal digits are expected`,
    ]);
  });
});

describe("full tables", () => {
  it("are bounded as configured, and evictions are counted", async () => {
    const many = Array.from(
      { length: 50 },
      (_, i): SysflowRecord => ({
        type: "F",
        value: { state: "CREATED", oid: String(i).padStart(40, "0"), ts: 1n, restype: "f", path: `/${i}`, containerId: undefined },
      }),
    );
    const h = await harness<SysflowBatch>(reader, { hosted: { handler: noting([], false) }, options: { "entities.files": 20 }, input: rowsFrom(many) });
    expect((await h.finished()).state).toBe("finished");
    expect([h.metric("entity_evictions"), h.metric("entities")]).toEqual([30, 20]);
    await expect(harness(reader, { hosted: { handler: noting([], false) }, options: { "entities.files": 0 } })).rejects.toThrow(/entities\.files/);
  });
});

describe("the flattener", () => {
  const flatOf = async (options: Parameters<typeof harness>[1], plugin = reader): Promise<string[]> => {
    const h = await harness<SysflowBatch, FlatBatch>(plugin, options);
    expect((await h.finished()).state).toBe("finished");
    return h.sent.flatMap((batch) =>
      Array.from(batch, (record) =>
        `${record.type} ${record.text("sf.proc.aexe")} ${record.text("sf.file.path")} ${record.text("sf.file.newpath")} ${record.text("sf.pod.name")}`.trim(),
      ),
    );
  };

  it("makes a flat record of PE, NF, FF, FE and KE", async () => {
    expect(await flatOf({ hosted: { handler: flattener }, input: rowsFrom([...told, k8s]) })).toEqual([
      "PE /bin/app,/sbin/init   p1",
      "FF /bin/app,/sbin/init /etc/app.conf  p1",
      "FE /bin/app,/sbin/init /a /b p1",
      "NF /bin/app,/sbin/init   p1",
      "KE",
    ]);
  });

  it("gives the same in a host that knows nothing of rows", async () => {
    const input = rowsFrom([...told, k8s]);
    expect(await flatOf({ input }, flattener)).toEqual(await flatOf({ hosted: { handler: flattener }, input }));
  });

  it("says when an event lacks its header or its process", async () => {
    const h = await harness<SysflowBatch, FlatBatch>(reader, { hosted: { handler: flattener }, input: rowsFrom(told.slice(5, 6)) });
    await h.finished();
    expect(h.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      expect.stringMatching(/^No process object for ID: {2}\{\d+ \d+\}$/),
      "Event does not have a related header.  This should not happen.",
      "Event does not have a related process.  This should not happen.",
    ]);
  });

  it("sends nothing for a batch without events", async () => {
    expect(await flatOf({ hosted: { handler: flattener }, input: rowsFrom(told.slice(0, 3)) })).toEqual([]);
  });
});

describe("a row handler of another layout", () => {
  it("is called by its methods", async () => {
    const { ROW_HANDLER } = await import("@millrace/sysflow");
    const seen: string[] = [];
    const old = defineHandler({
      name: "old",
      description: "Was built against another layout",
      create: () => ({
        open: (_outputs: Outputs) => undefined,
        handleProcEvt: () => void seen.push("method"),
        [ROW_HANDLER]: { layout: -1, begin: () => undefined, event: () => void seen.push("row") },
      }),
    });
    await (await harness(reader, { hosted: { handler: old }, input: rowsFrom(told) })).finished();
    expect(seen).toEqual(["method"]);
  });
});
