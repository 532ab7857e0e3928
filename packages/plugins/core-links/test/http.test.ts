import { Agent, request } from "node:http";
import type { RefusedStatus } from "@millrace/api";
import { afterEach, describe, expect, it } from "vitest";
import { coreReceiver, httpReceiver } from "../src/index.ts";
import { Client } from "./support/client.ts";
import { type Receiver, receiver } from "./support/receivers.ts";

let rcv: Receiver;
afterEach(() => rcv.close());

const TYPE = { "content-type": "text/plain; charset=utf-8" };
const NOSNIFF = { ...TYPE, "x-content-type-options": "nosniff" };

/** Asks, and gives code and body; and the headers that matter, if they are to be compared. */
function ask(
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
  agent?: Agent,
): Promise<{ code: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: rcv.port, method, path, headers, timeout: 5000, ...(agent && { agent }) }, (response) => {
      let text = "";
      response
        .setEncoding("utf8")
        .on("data", (part: string) => {
          text += part;
        })
        .on("end", () => {
          const { date, connection, "keep-alive": keep, "content-length": length, ...rest } = response.headers;
          resolve({ code: response.statusCode ?? 0, body: text, headers: rest });
        });
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer in time")));
    if (body !== undefined && headers["transfer-encoding"] === undefined) sent.setHeader("Content-Length", Buffer.byteLength(body));
    sent.end(body);
  });
}

function metas(): Record<string, string>[] {
  return rcv.h.sent.flatMap(({ messages }) => messages.map(({ meta }) => ({ ...meta })));
}

describe("core.receiver over HTTP", () => {
  const BIND = { bind: "http://127.0.0.1:0" };

  it("takes any method on its path, and no other path", async () => {
    rcv = await receiver(coreReceiver, BIND);
    expect(await ask("POST", "/v1alpha1", "hello")).toEqual({ code: 200, body: "OK", headers: TYPE });
    expect(await ask("PUT", "/v1alpha1", "line1\nline2")).toEqual({ code: 200, body: "OK", headers: TYPE });
    const zero = { code: 400, body: "zero size request, ignored\n", headers: NOSNIFF };
    expect(await ask("GET", "/v1alpha1")).toEqual(zero);
    expect(await ask("POST", "/v1alpha1", "")).toEqual(zero);
    const missing = { code: 404, body: "404 page not found\n", headers: NOSNIFF };
    for (const path of ["/", "/v1alpha1/", "/send", "/api/v1/send"]) expect(await ask("POST", path, "x")).toEqual(missing);
    expect(await ask("DELETE", "/v1alpha1?a=1&a=2", "del")).toEqual({ code: 200, body: "OK", headers: TYPE });
    expect(rcv.payloads()).toEqual(["hello", "line1\nline2", "del"]);
    expect(metas()).toEqual([{}, {}, { a: "1" }]);
    expect(rcv.h.metric("receiver_http_bad_request")).toBe(2);
    expect(rcv.h.metric("receiver_http_ack", "200")).toBe(3);
  });

  it("takes a body in chunks", async () => {
    rcv = await receiver(coreReceiver, BIND);
    expect((await ask("POST", "/v1alpha1", "in chunks", { "transfer-encoding": "chunked" })).code).toBe(200);
    expect(rcv.payloads()).toEqual(["in chunks"]);
  });

  it.each<[RefusedStatus, number, string]>([
    ["partial", 409, "Partial send"],
    ["invalid", 400, "Invalid message"],
    ["failed", 500, "Failed to send"],
    ["timed-out", 504, "Timed out to send message"],
    ["unroutable", 406, "Unknown destination"],
    ["throttled", 429, "Message throttled"],
  ])("answers %s with %i", async (status, code, body) => {
    rcv = await receiver(coreReceiver, BIND, { downstream: (delivery) => delivery.refuse(status) });
    expect(await ask("POST", "/v1alpha1", "x")).toEqual({ code, body, headers: TYPE });
  });

  it("waits 50 ms; the message lives on", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const since = performance.now();
    expect(await ask("POST", "/v1alpha1", "x")).toMatchObject({ code: 504, body: "Timed out to send message" });
    expect(performance.now() - since).toBeGreaterThan(45);
    const delivery = await rcv.h.next();
    expect(delivery.answered).toBe(false);
    delivery.done();
    expect(rcv.h.metric("receiver_http_timeout")).toBe(1);
  });

  it("does not send on what found no room in time", async () => {
    rcv = await receiver(coreReceiver, { ...BIND, max_in_flight: 1 }, { downstream: "manual" });
    expect((await ask("POST", "/v1alpha1", "first")).code).toBe(504);
    expect((await ask("POST", "/v1alpha1", "second")).code).toBe(504);
    (await rcv.h.next()).done();
    await rcv.h.quiet();
    expect(rcv.payloads()).toEqual(["first"]);
  });

  it("refuses a body that is too long, told before or not", async () => {
    rcv = await receiver(coreReceiver, { ...BIND, max_body: 1000 });
    const tooLong = { code: 413, body: "request body is longer than 1000 bytes\n", headers: NOSNIFF };
    expect(await ask("POST", "/v1alpha1", "x".repeat(1001))).toEqual(tooLong);
    expect(await ask("POST", "/v1alpha1", "x".repeat(1001), { "transfer-encoding": "chunked" })).toEqual(tooLong);
    expect((await ask("POST", "/v1alpha1", "x".repeat(1000))).code).toBe(200);
    expect(rcv.h.metric("receiver_http_too_large")).toBe(2);
    const polite = await Client.connect({ port: rcv.port });
    polite.send("POST /v1alpha1 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
    expect(await polite.untilEnd()).toMatch(/^HTTP\/1.1 413 /);
    polite.close();
  });

  it("asks for the body of a client that waits to be asked", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const client = await rcv.connect();
    await client.ask("POST /v1alpha1 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    await client.until("the answer", () => client.received.includes("\r\n\r\nOK"));
  });

  it("counts what is no HTTP and what breaks off", async () => {
    rcv = await receiver(coreReceiver, BIND);
    const noise = await rcv.connect();
    noise.send("hello\r\n\r\n");
    expect(await noise.untilEnd()).toMatch(/^HTTP\/1.1 400 /);
    const broken = await rcv.connect();
    broken.send("POST /v1alpha1 HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    await rcv.h.until("the request to arrive", () => rcv.h.metric("receiver_http_received") === 1);
    broken.close();
    await rcv.h.until("both to be counted", () => rcv.h.metric("receiver_http_bad_request") >= 2);
    expect(rcv.payloads()).toEqual([]);
  });

  it("drains: answers what is open, closes what is idle", async () => {
    rcv = await receiver(coreReceiver, BIND, { downstream: "manual" });
    const agent = new Agent({ keepAlive: true });
    const silent = await rcv.connect();
    const head = await rcv.connect();
    head.send("POST /v1alp");
    const kept = ask("POST", "/v1alpha1", "kept", {}, agent);
    (await rcv.h.next()).done();
    expect((await kept).code).toBe(200);
    const open = ask("POST", "/v1alpha1", "open");
    const delivery = await rcv.h.next();
    rcv.h.drain();
    await silent.untilEnd();
    delivery.done();
    expect((await open).code).toBe(200);
    await head.untilEnd();
    expect(await rcv.h.finished()).toMatchObject({ state: "drained", leftBehind: [] });
    agent.destroy();
  });
});

describe("receiver.http", () => {
  const BIND = { bind_addr: "127.0.0.1:0" };

  it("accepts, and waits where the query has `sync`", async () => {
    rcv = await receiver(httpReceiver, BIND);
    const accepted = { code: 202, body: "Accepted", headers: TYPE };
    const ok = { code: 200, body: "OK", headers: TYPE };
    expect(await ask("POST", "/send", "hello")).toEqual(accepted);
    expect(await ask("POST", "/send?sync=true&a=b", "hello2")).toEqual(ok);
    expect(await ask("POST", "/send?sync=1&a=b&a=c", "hello3")).toEqual(ok);
    expect(await ask("POST", "/send?sync=yes", "hello4")).toEqual(accepted);
    const zero = { code: 400, body: "Zero-size request size\n", headers: NOSNIFF };
    expect(await ask("GET", "/send")).toEqual(zero);
    expect(await ask("POST", "/send", "")).toEqual(zero);
    expect(await ask("POST", "/send", "chunked", { "transfer-encoding": "chunked" })).toEqual(zero);
    for (const path of ["/api/v1/send", "/", "/v1alpha1"]) expect((await ask("POST", path, "x")).code).toBe(404);
    expect(await ask("PUT", "/send", "put")).toEqual(accepted);
    expect(metas()).toEqual([{}, { sync: "true", a: "b" }, { sync: "1", a: "b" }, { sync: "yes" }, {}]);
    expect(rcv.h.metric("receiver_http_accepted")).toBe(3);
  });

  it("waits 100 ms for a status", async () => {
    rcv = await receiver(httpReceiver, BIND, { downstream: "manual" });
    const since = performance.now();
    expect((await ask("POST", "/send?sync=1", "x")).code).toBe(504);
    expect(performance.now() - since).toBeGreaterThan(90);
  });

  it("says where it can't listen", async () => {
    rcv = await receiver(httpReceiver, BIND);
    await expect(receiver(httpReceiver, { bind_addr: `127.0.0.1:${rcv.port}` })).rejects.toThrow(
      /receiver "rcv" can't listen on http:\/\/127.0.0.1:\d+: the address is already in use/,
    );
  });
});
