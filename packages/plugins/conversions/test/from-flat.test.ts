import type { MessageBatch } from "@millrace/api/flow";
import type { RecordBatch } from "@millrace/api/fluent";
import { bodies, clientServerScene, flat, harness, payloads, type Scenario, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { flatMessage, flatRecord } from "../src/index.ts";

const sketches = [
  {
    type: "PE",
    ts: 1_600_000_000_123_456_789n,
    "sf.opflags": ["EXEC"],
    "sf.ret": 0,
    "sf.proc.pid": 9_007_199_254_740_993n,
    "sf.proc.exe": '/bin/"l\ns"',
    "sf.proc.tty": true,
    "sf.proc.entry": false,
    "sf.proc.apid": [1n, 2n],
    "sf.proc.args": "",
    "sf.node.id": "host-1",
    "no.such": "x",
  },
  { type: "NF", ts: 5n, "sf.net.port": [80, 443], "sf.flow.rbytes": 0n, "sf.net.ip": [] },
] as const;

/** Each type of record that a scene has, and the attributes that it is told with. */
async function told(scene: Scenario): Promise<Record<string, readonly string[]>> {
  const h = await harness<never, RecordBatch>(flatRecord, { input: scene.flat() as never });
  await h.finished();
  return Object.fromEntries(h.sent.flatMap((batch) => bodies(batch)).map((body) => [String(body["sf.type"]), Object.keys(body)]));
}

it("tells of a record what its type has, and not what entities that are not there would say", async () => {
  const { PE, FF } = await told(clientServerScene());
  expect(PE?.filter((name) => /^sf\.(file|net|flow|ke)\./.test(name))).toEqual([]);
  expect(FF?.filter((name) => /^sf\.(file\.new|net|ke)/.test(name))).toEqual([]);
  expect(FF).toContain("sf.file.name");
  const { FE } = await told(scenario().host("h").process("p", { exe: "/bin/mv" }).exec().rename("/a/b", "/c/d"));
  expect(FE).toEqual(expect.arrayContaining(["sf.file.newname", "sf.file.newdirectory"]));
});

describe("flat-message", () => {
  it("makes each record a message: what is not zero, as JSON, exact in 64 bits", async () => {
    const h = await harness<never, MessageBatch>(flatMessage, { input: flat(...sketches) as never });
    await h.finished();
    expect(h.sent.flatMap((batch) => payloads(batch))).toEqual([
      '{"sf.type":"PE","sf.opflags":["EXEC"],"sf.ts":1600000000123456789,"sf.proc.pid":9007199254740993,"sf.proc.exe":"/bin/\\"l\\ns\\"","sf.proc.tty":true,"sf.proc.apid":[1,2],"sf.node.id":"host-1"}',
      '{"sf.type":"NF","sf.ts":5,"sf.net.port":[80,443]}',
    ]);
    expect(h.sent.flatMap((batch) => batch.messages.map(({ meta }) => meta))).toEqual([
      { type: "PE", ts: "1600000000123456789", host: "host-1" },
      { type: "NF", ts: "5" },
    ]);
  });

  it("answers for each record by itself, and takes the attributes that are named", async () => {
    await using h = await harness(flatMessage, { options: { attributes: ["sf.proc.pid", "no.such"] }, downstream: "manual" });
    const fed = h.feed(flat(...sketches));
    const sent = await h.next();
    expect(payloads(sent.data)).toEqual(['{"sf.proc.pid":9007199254740993,"no.such":"x"}', "{}"]);
    sent.refuse("throttled", { records: [1] });
    expect((await fed.settled()).statuses).toEqual(["done", "throttled"]);
  });
});

describe("flat-record", () => {
  it("makes each record a record, at its own time", async () => {
    const h = await harness<never, RecordBatch>(flatRecord, { input: flat(...sketches) as never, options: { tag: "host.one" } });
    await h.finished();
    expect(h.sent.flatMap((batch) => bodies(batch))).toEqual([
      {
        "sf.type": "PE",
        "sf.opflags": ["EXEC"],
        "sf.ts": 1_600_000_000_123_456_789n,
        "sf.proc.pid": 9_007_199_254_740_993n,
        "sf.proc.exe": '/bin/"l\ns"',
        "sf.proc.tty": true,
        "sf.proc.apid": [1n, 2n],
        "sf.node.id": "host-1",
      },
      { "sf.type": "NF", "sf.ts": 5n, "sf.net.port": [80, 443] },
    ]);
    expect(h.sent.flatMap((batch) => Array.from(batch, ({ tag, time }) => [tag, time]))).toEqual([
      ["host.one", { seconds: 1_600_000_000, nanoseconds: 123_456_789 }],
      ["host.one", { seconds: 0, nanoseconds: 5 }],
    ]);
  });

  it("counts a time that can't be said, and takes the nearest", async () => {
    const h = await harness<never, RecordBatch>(flatRecord, { input: flat({ type: "PE", ts: 2n ** 63n - 1n }, { type: "PE", ts: -1n }) as never });
    await h.finished();
    expect(Array.from(h.sent[0] as RecordBatch, ({ time }) => time)).toEqual([
      { seconds: 2 ** 32 - 1, nanoseconds: 999_999_999 },
      { seconds: 0, nanoseconds: 0 },
    ]);
    expect(h.metric("conversion_clipped_times")).toBe(2);
  });

  it("answers for each record by itself", async () => {
    await using h = await harness(flatRecord, { downstream: "manual" });
    const fed = h.feed(flat(...sketches));
    (await h.next()).refuse("invalid", { records: [0] });
    expect((await fed.settled()).statuses).toEqual(["invalid", "done"]);
  });
});
