import { createSocket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeConformance, type Harness } from "@millrace/testkit";
import { afterAll, beforeAll, describe, it } from "vitest";
import { coreReceiver, coreSink, dumper, httpReceiver, mux, nullSink, tcpReceiver } from "../src/index.ts";
import { Client } from "./support/client.ts";

const runner = { describe, it };
let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flow-conformance-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Waits for the port, lets a client use it, and waits for a message to come out. */
function visited(visit: (port: number) => Promise<void>): (h: Harness) => Promise<void> {
  return async (h) => {
    const before = h.stats.out.batches;
    await h.until("the port", () => h.metric("receiver_listen_port") > 0);
    await visit(h.metric("receiver_listen_port"));
    await h.until("a message", () => h.stats.out.batches > before);
  };
}

async function sendLines(port: number): Promise<void> {
  const client = await Client.connect({ port });
  client.socket.end("one\ntwo\n");
}

async function sendDatagram(port: number): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.send("one\ntwo\n", port, "127.0.0.1", () => resolve()));
  socket.close();
}

function post(path: string): (port: number) => Promise<void> {
  return async (port) => {
    const client = await Client.connect({ port });
    client.send(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\none`);
  };
}

describe("over TCP", () =>
  describeConformance(runner, coreReceiver, { options: { bind: "tcp://127.0.0.1:0" }, clock: "system", stimulate: visited(sendLines) }));
describe("over HTTP", () =>
  describeConformance(runner, coreReceiver, { options: { bind: "http://127.0.0.1:0" }, clock: "system", stimulate: visited(post("/v1alpha1")) }));
describe("over UDP", () =>
  describeConformance(runner, coreReceiver, { options: { bind: "udp://127.0.0.1:0" }, clock: "system", stimulate: visited(sendDatagram) }));
describeConformance(runner, tcpReceiver, { options: { bind_addr: "127.0.0.1:0" }, clock: "system", stimulate: visited(sendLines) });
describeConformance(runner, httpReceiver, { options: { bind_addr: "127.0.0.1:0" }, clock: "system", stimulate: visited(post("/send")) });
describeConformance(runner, coreSink, { options: () => ({ bind: `file://${join(folder, `sink-${files++}`)}` }), clock: "system" });
describeConformance(runner, dumper, {
  options: async () => {
    const out = join(folder, `dumper-${files++}`);
    await writeFile(out, "");
    return { out };
  },
  clock: "system",
});
describeConformance(runner, nullSink);
describeConformance(runner, mux);
