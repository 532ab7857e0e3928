import { createServer } from "node:net";
import type { RefusedStatus } from "@millrace/api";
import { afterEach, describe, expect, it } from "vitest";
import { coreReceiver } from "../src/index.ts";
import { Client } from "./support/client.ts";
import { type Receiver, receiver } from "./support/receivers.ts";

const BIND = { bind: "tcp://127.0.0.1:0" };
let rcv: Receiver;
afterEach(() => rcv.close());

describe("core.receiver over TCP", () => {
  it("frames by CR LF or LF, and replies to each message", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const client = await rcv.connect();
    await client.ask("hello\r\n", "OK\r\n");
    await client.ask("a\r\nb\r\nc\r\n", "OK\r\nOK\r\nOK\r\n");
    await client.ask("\r\n", "OK\r\n");
    await client.ask("lf only\n", "OK\r\n");
    await client.ask("more\r\n", "OK\r\n");
    await client.ask("a\rb\r\n", "OK\r\n");
    await client.ask("tail-cr\r\r\n", "OK\r\n");
    client.socket.end("final");
    expect(await client.untilEnd()).toBe("OK\r\n");
    expect(rcv.payloads()).toEqual(["hello", "a", "b", "c", "", "lf only", "more", "a\rb", "tail-cr", "final"]);
  });

  it("keeps bytes as they are", async () => {
    rcv = await receiver(coreReceiver, BIND);
    await (await rcv.connect()).ask(Buffer.of(0xff, 0, 0x62, 13, 10), "OK\r\n");
    expect(Buffer.from(rcv.h.sent[0]?.messages[0]?.payload ?? [])).toEqual(Buffer.of(0xff, 0, 0x62));
  });

  it("answers a line that is too long with INVALID, and goes on", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const client = await rcv.connect();
    await client.ask(`${"x".repeat(4000)}\r\n`, "OK\r\n");
    await client.ask(`${"y".repeat(4094)}\r\n`, "OK\r\n");
    await client.ask(`${"z".repeat(4095)}\r\n`, "INVALID\r\n");
    await client.ask("after\r\n", "OK\r\n");
    expect(rcv.payloads().map((text) => text.length)).toEqual([4000, 4094, 5]);
    expect(rcv.h.metric("receiver_tcp_msg_failed")).toBe(1);
  });

  it("takes longer lines as buf_size says, and never shorter ones than 1024", async () => {
    rcv = await receiver(coreReceiver, { ...BIND, buf_size: 100_000 });
    await (await rcv.connect()).ask(`${"x".repeat(50_000)}\r\n`, "OK\r\n");
    await rcv.close();
    rcv = await receiver(coreReceiver, { ...BIND, buf_size: 10 });
    await (await rcv.connect()).ask(`${"x".repeat(1022)}\r\n${"x".repeat(1023)}\r\n`, "OK\r\nINVALID\r\n");
  });

  it.each([["true"], [true]])("sends no replies when silent is %j", async (silent) => {
    rcv = await receiver(coreReceiver, { ...BIND, silent });
    const client = await rcv.connect();
    client.socket.end("hello\r\n");
    expect(await client.untilEnd()).toBe("");
    expect(rcv.payloads()).toEqual(["hello"]);
  });

  it("tells how each message ended", async () => {
    const answers: Record<string, RefusedStatus> = { p: "partial", i: "invalid", f: "failed", t: "timed-out", u: "unroutable", h: "throttled" };
    rcv = await receiver(coreReceiver, BIND, {
      downstream: (delivery) => {
        const data = delivery.data as unknown as { messages: { payload: Uint8Array }[] };
        data.messages.forEach(({ payload }, index) => {
          const status = answers[Buffer.from(payload).toString()];
          if (status !== undefined) delivery.refuse(status, { records: [index] });
        });
      },
    });
    const client = await rcv.connect();
    for (const [text, reply] of Object.entries({ d: "OK", p: "PARTSENT", i: "INVALID", f: "FAILED", t: "TIMEOUT", u: "UNROUTABLE", h: "THROTTLED" })) {
      await client.ask(`${text}\r\n`, `${reply}\r\n`);
    }
    expect(rcv.h.metric("receiver_tcp_msg_sent", "throttled")).toBe(1);
    expect(rcv.h.metric("receiver_tcp_msg_received")).toBe(7);
  });

  it("waits 100 ms for an answer; the message lives on, and later replies keep their order", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const client = await rcv.connect();
    const since = performance.now();
    await client.ask("slow\r\n", "TIMEOUT\r\n");
    expect(performance.now() - since).toBeGreaterThan(90);
    const slow = await rcv.h.next();
    expect(slow.answered).toBe(false);
    client.send("second\r\n");
    const second = await rcv.h.next();
    slow.done();
    second.done();
    await client.gets("OK\r\n");
    expect(rcv.h.metric("receiver_tcp_msg_timed_out")).toBe(1);
  });

  it("has many messages in flight, and replies in their order however the answers come", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const client = await rcv.connect();
    client.send("one\r\n");
    const one = await rcv.h.next();
    client.send("two\r\n");
    const two = await rcv.h.next();
    two.refuse("throttled");
    await rcv.h.quiet();
    expect(client.received).toBe("");
    one.done();
    await client.gets("OK\r\nTHROTTLED\r\n");
  });

  it("keeps the order of 20000 pipelined messages", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const client = await rcv.connect();
    const lines = Array.from({ length: 20_000 }, (_, i) => String(i));
    client.send(`${lines.join("\n")}\n`);
    await client.gets("OK\r\n".repeat(20_000));
    expect(rcv.payloads()).toEqual(lines);
  });

  it("says UNROUTABLE where nothing is behind it", async () => {
    rcv = await receiver(coreReceiver, BIND, { peers: [] });
    await (await rcv.connect()).ask("x\r\n", "UNROUTABLE\r\n");
  });
});

describe("where it listens", () => {
  it("says on which port", async () => {
    rcv = await receiver(coreReceiver, BIND);
    expect(rcv.h.metric("receiver_listen_port")).toBe(rcv.port);
    expect(rcv.h.log("info")[0]).toBe(`starting tcp listener at 127.0.0.1:${rcv.port}`);
  });

  it("may be all interfaces, and IPv6", async () => {
    rcv = await receiver(coreReceiver, { bind: "tcp://:0" });
    await (await rcv.connect()).ask("four\n", "OK\r\n");
    await rcv.close();
    rcv = await receiver(coreReceiver, { bind: "tcp://[::1]:0" });
    const six = await Client.connect({ port: rcv.port, host: "::1" });
    await six.ask("six\n", "OK\r\n");
    six.close();
    expect(rcv.h.log("info")[0]).toMatch(/ at \[::1\]:\d+$/);
  });

  it("is an error, with the instance and the address, where something else listens", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const bind = `tcp://127.0.0.1:${rcv.port}`;
    const error = await receiver(coreReceiver, { bind }).catch((cause: unknown) => cause);
    expect(String(error).replaceAll(String(rcv.port), "PORT")).toContain(
      'receiver "rcv" can\'t listen on tcp://127.0.0.1:PORT: the address is already in use (EADDRINUSE)',
    );
  });

  it("is an error where the address is none of this machine's", async () => {
    rcv = await receiver(coreReceiver, BIND);
    await expect(receiver(coreReceiver, { bind: "tcp://192.0.2.1:0" })).rejects.toThrow("the address is none of this machine's (EADDRNOTAVAIL)");
  });

  it("is checked with all other options at once", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const error = await receiver(coreReceiver, { bind: "ftp://127.0.0.1:1", silent: "maybe", buf_size: "100" }).catch((cause: unknown) => cause);
    expect((error as Error).message).toMatchInlineSnapshot(`
      "the plugin can't run so:
      error MILLRACE_PLAN_OPTION: option "bind" of link "core.receiver": unrecognised \`bind\` protocol: "ftp://127.0.0.1:1"; supported: tcp://, udp://, unix://, http://
      error MILLRACE_PLAN_OPTION: option "silent" of link "core.receiver": \`silent\` is "true" or "false"
      error MILLRACE_PLAN_OPTION: option "buf_size" of link "core.receiver": expected number, received string"
    `);
    await expect(receiver(coreReceiver, {})).rejects.toThrow('needs the option "bind"');
    await expect(receiver(coreReceiver, { bind: "file:///tmp/x" })).rejects.toThrow("unrecognised `bind` protocol");
  });
});

describe("under load", () => {
  it("serves a flood of 1000 connections", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const clients = await Promise.all(Array.from({ length: 1000 }, () => rcv.connect()));
    await Promise.all(clients.map((client, i) => client.ask(`from ${i}\r\n`, "OK\r\n")));
    expect(new Set(rcv.payloads()).size).toBe(1000);
    for (const client of clients) client.close();
    await rcv.h.until("all connections to be closed", () => rcv.h.metric("receiver_tcp_conn_closed") === 1000);
  });

  it("reads no more from a client that does not take its replies", async () => {
    // Without a peer the replies are longest, and cost least.
    rcv = await receiver(coreReceiver, BIND, { peers: [] });
    const client = await rcv.connect();
    client.socket.pause();
    const total = 24 * 65_536;
    for (let sent = 0; sent < total; sent += 65_536) client.socket.write(Buffer.from("\n".repeat(65_536)));
    // What the systems on both sides buffer is some MB of replies; then the receiver stops.
    let before = -1;
    for (let now = 0; now !== before || now === 0; now = rcv.h.metric("receiver_tcp_msg_received")) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(before).toBeLessThan(total);
    await (await rcv.connect()).ask("still served\n", "UNROUTABLE\r\n");
    client.socket.resume();
    await client.until("all replies, once it takes them", () => client.received.length === total * "UNROUTABLE\r\n".length);
  });

  it("has no more in flight than it may", async () => {
    rcv = await receiver(coreReceiver, { ...BIND, silent: true, max_in_flight: 10 }, { downstream: "manual" });
    const [first, second] = [await rcv.connect(), await rcv.connect()];
    first.send("1\n".repeat(25));
    second.send("2\n".repeat(25));
    const taken = (): number => rcv.payloads().length;
    await rcv.h.until("10 messages", () => taken() >= 10);
    await rcv.h.quiet();
    expect(taken()).toBe(10);
    for (let answered = 0; answered < 50; ) {
      const delivery = await rcv.h.next();
      answered += delivery.data.records;
      delivery.done();
    }
    expect(taken()).toBe(50);
  });

  it("goes on when clients break off", async () => {
    rcv = await receiver(coreReceiver, BIND);
    for (let i = 0; i < 20; i++) {
      const client = await rcv.connect();
      client.send("whole\npartial");
      await client.until("a reply", () => client.received !== "");
      client.socket.resetAndDestroy();
    }
    await rcv.h.until("all connections to be closed", () => rcv.h.metric("receiver_tcp_conn_closed") === 20);
    await (await rcv.connect()).ask("well\n", "OK\r\n");
    expect(rcv.payloads().filter((text) => text !== "whole")).toEqual(["well"]);
  });
});

describe("draining", () => {
  it("answers what is open, closes idle connections, and gives the port back", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const idle = await rcv.connect();
    const busy = await rcv.connect();
    busy.send("open\r\nhalf a li");
    const open = await rcv.h.next();
    rcv.h.drain();
    expect(await idle.untilEnd()).toBe("");
    open.done();
    expect(await busy.untilEnd()).toBe("OK\r\nINVALID\r\n");
    const result = await rcv.h.finished();
    expect(result).toMatchObject({ state: "drained", leftBehind: [], done: { records: 1 } });
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(rcv.port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it("takes what had arrived from silent senders", async () => {
    rcv = await receiver(coreReceiver, { ...BIND, silent: true });
    const client = await rcv.connect();
    client.send("x\n".repeat(10_000));
    rcv.h.drain();
    await rcv.h.finished();
    expect(rcv.payloads().length).toBe(10_000);
  });

  it("leaves at once when the run is aborted", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const client = await rcv.connect();
    client.send("never answered\r\n");
    await rcv.h.next();
    rcv.h.abort();
    expect((await rcv.h.finished()).state).toBe("aborted");
    await client.until("the connection to be closed", () => client.ended || client.closed);
  });
});
