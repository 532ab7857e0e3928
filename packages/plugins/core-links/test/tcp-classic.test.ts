import { afterEach, describe, expect, it } from "vitest";
import { tcpReceiver } from "../src/index.ts";
import { type Receiver, receiver } from "./support/receivers.ts";

const BIND = { bind_addr: "127.0.0.1:0" };
let rcv: Receiver;
afterEach(() => rcv.close());

describe("receiver.tcp", () => {
  it("accepts lines, and replies to each without a line end", async () => {
    rcv = await receiver(tcpReceiver, BIND);
    const client = await rcv.connect();
    await client.ask("hello\r\n", "ACCEPTED");
    await client.ask("a\nb\n", "ACCEPTEDACCEPTED");
    await client.ask("\n", "ACCEPTED");
    client.socket.end("final");
    expect(await client.untilEnd()).toBe("ACCEPTED");
    expect(rcv.payloads()).toEqual(["hello", "a", "b", "", "final"]);
  });

  it("accepts before it is known how a message ends, and does not wait for it", async () => {
    rcv = await receiver(tcpReceiver, BIND, { downstream: "manual" });
    const client = await rcv.connect();
    await client.ask("x\n", "ACCEPTED");
    (await rcv.h.next()).refuse("failed");
    await rcv.h.until("the failure to be counted", () => rcv.h.metric("receiver_tcp_msg_failed") === 1);
    expect(rcv.h.metric("receiver_tcp_msg_accepted")).toBe(1);
  });

  it("cuts off all CR at the end of a line", async () => {
    rcv = await receiver(tcpReceiver, BIND);
    await (await rcv.connect()).ask("x\r\r\r\na\rb\r\n", "ACCEPTEDACCEPTED");
    expect(rcv.payloads()).toEqual(["x", "a\rb"]);
  });

  it("closes an idle connection, and answers a line without end INVALID before", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, read_timeout: 120 });
    const idle = await rcv.connect();
    const partial = await rcv.connect();
    await partial.ask("x\n", "ACCEPTED");
    partial.send("par");
    expect(await idle.untilEnd()).toBe("");
    expect(await partial.untilEnd()).toBe("INVALID");
    await rcv.h.until("both to be closed", () => rcv.h.metric("receiver_tcp_conn_closed") === 2);
    expect(rcv.payloads()).toEqual(["x"]);
  });

  it("waits one second for an idle client, counted from what it last sent", async () => {
    rcv = await receiver(tcpReceiver, BIND);
    const client = await rcv.connect();
    const since = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.ask("x\n", "ACCEPTED");
    await client.untilEnd();
    expect(performance.now() - since).toBeGreaterThan(1250);
  });

  it("replies nothing in silent mode", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, mode: "silent", backend: "evio" });
    const client = await rcv.connect();
    client.socket.end("hello\r\nlast");
    expect(await client.untilEnd()).toBe("");
    expect(rcv.payloads()).toEqual(["hello", "last"]);
  });

  it("tells the status where it is told to wait for it", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, sync: true }, { downstream: "manual" });
    const client = await rcv.connect();
    for (const [status, reply] of [
      ["done", "SENT"],
      ["partial", "PART_SENT"],
      ["failed", "FAILED"],
      ["unroutable", "UNROUTABLE"],
    ] as const) {
      client.send("x\n");
      const delivery = await rcv.h.next();
      if (status === "done") delivery.done();
      else delivery.refuse(status);
      await client.gets(reply);
    }
    await client.ask("late\n", "TIMEOUT");
  });

  it("replies as the generation of May 2019 where it is told to", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, replies: "mid" });
    const client = await rcv.connect();
    await client.ask("x\ny\r\n", "OK\r\nOK\r\n");
    client.send("cut");
    expect(await client.untilEnd()).toBe("INVALID\r\n");
  });

  it("answers a line that is too long INVALID, and goes on", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, buf_size: 8 });
    await (await rcv.connect()).ask("1234567\n12345678\nx\n", "ACCEPTEDINVALIDACCEPTED");
    expect(rcv.payloads()).toEqual(["1234567", "x"]);
  });

  it("makes its client wait while the way is full", async () => {
    rcv = await receiver(tcpReceiver, { ...BIND, max_in_flight: 3 }, { downstream: "manual" });
    const client = await rcv.connect();
    client.send("x\n".repeat(5));
    await client.gets("ACCEPTED".repeat(3));
    for (let answered = 0; answered < 5; ) {
      const delivery = await rcv.h.next();
      answered += delivery.data.records;
      delivery.done();
    }
    await client.gets("ACCEPTED".repeat(2));
  });
});

describe("its options", () => {
  it("are checked before anything starts", async () => {
    rcv = await receiver(tcpReceiver, BIND);
    await expect(receiver(tcpReceiver, { x: 1 })).rejects.toThrow('needs the option "bind_addr"');
    await expect(receiver(tcpReceiver, { ...BIND, backend: "zzz" })).rejects.toThrow('option "backend"');
    await expect(receiver(tcpReceiver, { bind_addr: "here" })).rejects.toThrow('the address "here" has no port');
    await expect(receiver(tcpReceiver, { bind_addr: `127.0.0.1:${rcv.port}` })).rejects.toThrow("the address is already in use (EADDRINUSE)");
  });
});
