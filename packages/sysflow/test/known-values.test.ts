import type { Pod, SysflowRecord } from "@millrace/api/sysflow";
import { expect, test } from "vitest";
import { EntityTables, readTrace, writeTrace } from "../src/index.ts";
import * as layout from "../src/rows/layout.ts";
import * as names from "../src/schema/names.ts";

const header: SysflowRecord = { type: "H", value: { version: 5, exporter: "host", ip: "10.0.0.1", filename: "trace" } };

test("a pod that a trace tells of again is the same version, and one that differs at its end is another", async () => {
  const records = [header, pod("one"), header, pod("one"), pod("two"), pod("two")];
  const bytes = Buffer.from(await writeTrace(records, { sync: Buffer.alloc(16, 1) }));
  let at = 0;
  const read = (into: Buffer): number => {
    const copied = bytes.copy(into, 0, at);
    at += copied;
    return copied;
  };
  const tables = new EntityTables();
  const versions = [];
  for await (const { rows } of readTrace(read, { file: "trace" })) {
    expect([...rows]).toEqual(records);
    for (let base = rows.first * layout.STRIDE, end = base + rows.records * layout.STRIDE; base < end; base += layout.STRIDE) {
      if (rows.words[base] === names.POD) versions.push(tables.storePod(rows, base));
    }
  }
  expect(versions.map(({ services }) => services[0]?.name)).toEqual(["one", "one", "two", "two"]);
  expect(versions[1]).toBe(versions[0]);
  expect(versions[3]).toBe(versions[2]);
});

function pod(service: string): SysflowRecord {
  const value: Pod = {
    ts: 1_600_000_000_000_000_000n,
    id: "0123456789abcdef0123456789abcdef",
    name: "web",
    nodeName: "node",
    hostIp: ["10.0.0.1"],
    internalIp: ["10.0.0.2"],
    namespace: "default",
    restartCount: 0n,
    labels: { app: "web" },
    selectors: {},
    services: [
      { name: service, id: "s", namespace: "default", portList: [{ port: 80, targetPort: 8080, nodePort: 0, proto: "TCP" }], clusterIp: ["10.0.0.3"] },
    ],
  };
  return { type: "PD", value };
}
