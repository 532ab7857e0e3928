import { createSocket } from "node:dgram";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { coreReceiver } from "../src/index.ts";
import { Client } from "./support/client.ts";
import { type Receiver, receiver } from "./support/receivers.ts";

let rcv: Receiver | undefined;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flow-"));
});
afterEach(async () => {
  await rcv?.close();
  rcv = undefined;
  await rm(folder, { recursive: true });
});

describe("core.receiver over UDP", () => {
  async function send(port: number, ...datagrams: string[]): Promise<void> {
    const socket = createSocket("udp4");
    for (const text of datagrams) await new Promise<void>((resolve) => socket.send(text, port, "127.0.0.1", () => resolve()));
    socket.close();
  }

  it("frames each datagram by itself", async () => {
    const here = (rcv = await receiver(coreReceiver, { bind: "udp://127.0.0.1:0" }));
    await send(here.port, "one\r\n", "two\n", "a\nb\nc\n", "no newline", "+tail\n", "\n", "x\r\r\n");
    await here.h.until("all messages", () => here.payloads().length >= 9);
    expect(here.payloads()).toEqual(["one", "two", "a", "b", "c", "no newline", "+tail", "", "x"]);
    await here.h.until("all answers", () => here.h.metric("receiver_udp_sent") === 9);
    here.h.drain();
    expect(await here.h.finished()).toMatchObject({ state: "drained", leftBehind: [] });
  });

  it("drops and counts what comes while too much is in flight", async () => {
    const here = (rcv = await receiver(coreReceiver, { bind: "udp://127.0.0.1:0", max_in_flight: 2 }, { downstream: "manual" }));
    await send(here.port, "1\n2\n3\n4\n5\n");
    await here.h.until("the rest to be dropped", () => here.h.metric("receiver_udp_dropped") === 3);
    expect(here.h.metric("receiver_udp_received")).toBe(5);
  });

  it("listens on all interfaces, and by name", async () => {
    for (const bind of ["udp://:0", "udp://localhost:0"]) {
      const here = await receiver(coreReceiver, { bind });
      const socket = createSocket(here.h.log("info")[0]?.includes("[::1]") ? "udp6" : "udp4");
      await new Promise<void>((resolve) => socket.send("hello", here.port, "localhost", () => resolve()));
      socket.close();
      await here.h.until("the message", () => here.payloads().length === 1);
      await here.close();
    }
  });

  it("says where it can't listen", async () => {
    const here = (rcv = await receiver(coreReceiver, { bind: "udp://127.0.0.1:0" }));
    await expect(receiver(coreReceiver, { bind: `udp://127.0.0.1:${here.port}` })).rejects.toThrow("EADDRINUSE");
  });
});

describe("core.receiver over a unix socket", () => {
  it("takes lines from several clients, never replies, and removes its path", async () => {
    const path = join(folder, "f.sock");
    const here = (rcv = await receiver(coreReceiver, { bind: `unix://${path}` }));
    const first = await Client.connect({ path });
    first.send("one\r\ntwo\n");
    const second = await Client.connect({ path });
    second.socket.end("tail-no-nl");
    expect(await second.untilEnd()).toBe("");
    await here.h.until("all messages", () => here.payloads().length === 3);
    expect(here.payloads().sort()).toEqual(["one", "tail-no-nl", "two"]);
    first.close();
    here.h.drain();
    await here.h.finished();
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  it("removes a socket that nobody listens on, and says so", async () => {
    const path = join(folder, "stale.sock");
    const { fork } = await import("node:child_process");
    const script = join(folder, "leave.mjs");
    await writeFile(script, "import { createServer } from 'node:net'; createServer().listen(process.argv[2], () => process.kill(process.pid, 'SIGKILL'));");
    await new Promise((resolve) => fork(script, [path]).once("exit", resolve));
    const here = (rcv = await receiver(coreReceiver, { bind: `unix://${path}` }));
    expect(here.h.log("warn")).toEqual([`unix socket ${path} already exists and nobody listens on it: removing it`]);
  });

  it("leaves alone a socket at work, and a file that is no socket", async () => {
    const path = join(folder, "used.sock");
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(receiver(coreReceiver, { bind: `unix://${path}` })).rejects.toThrow("the address is already in use");
    await new Promise((resolve) => server.close(resolve));
    await writeFile(path, "mine");
    await expect(receiver(coreReceiver, { bind: `unix://${path}` })).rejects.toThrow("already exists and it's not a unix socket: can not rebind");
  });
});
