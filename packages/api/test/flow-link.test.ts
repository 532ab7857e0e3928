import { describe, expect, it } from "vitest";
import { type Connectors, defineLink, type Link, type ReceivedMessage } from "../src/flow/index.ts";
import type { Plugin, Status } from "../src/index.ts";
import { FakeBatch, FakeRun, turn } from "./support/flow-node.ts";

function link(made: Link, more: { readonly role?: "receiver" | "link" | "sink"; readonly inHand?: { records?: number; bytes?: number } } = {}): Plugin {
  return defineLink({ name: "l", description: "A link", role: "link", ...more, create: () => made });
}

const textOf = (message: ReceivedMessage): string => Buffer.from(message.payload).toString();

describe("a link that receives", () => {
  it("answers each message by itself, at once, later, or by the message", async () => {
    const run = new FakeRun();
    const batch = new FakeBatch("now", "later", "ack", "throws", "rejects", "twice");
    await run.run(
      link({
        recv(message): Status | undefined | Promise<Status> {
          switch (textOf(message)) {
            case "now":
              return "invalid";
            case "later":
              return turn().then(() => "throttled" as const);
            case "ack":
              setImmediate(() => message.ack("unroutable"));
              return undefined;
            case "throws":
              throw new Error("thrown");
            case "rejects":
              return Promise.reject(new Error("rejected"));
            default:
              expect([message.ack("partial"), message.ack("done")]).toEqual([true, false]);
              return "failed";
          }
        },
      }),
      [batch],
    );
    expect(batch.settled).toEqual(["invalid", "throttled", "unroutable", "failed", "failed", "partial"]);
    expect(run.errors).toEqual(["thrown", "rejected"]);
  });

  it("takes what is no status for a failure, and says so", async () => {
    const run = new FakeRun();
    const batch = new FakeBatch("a", "b");
    await run.run(link({ recv: (message) => (textOf(message) === "a" ? "ok" : Promise.resolve(3)) as unknown as Status }), [batch]);
    expect(batch.settled).toEqual(["failed", "failed"]);
    expect(run.errors).toEqual(['recv answered "ok", which is no status', "recv answered 3, which is no status"]);
  });

  it("has many messages in hand, and no more than it may", async () => {
    const run = new FakeRun();
    let given = 0;
    const answers: ((status: Status) => void)[] = [];
    const batches = [new FakeBatch("a", "b"), new FakeBatch("c"), new FakeBatch("d")];
    function* giving(): Generator<FakeBatch> {
      for (const batch of batches) {
        given += 1;
        yield batch;
      }
    }
    const running = run.run(link({ recv: () => new Promise((resolve) => answers.push(resolve)) }, { inHand: { records: 3 } }), giving());
    await turn();
    expect([given, answers.length]).toEqual([2, 3]);
    answers[2]?.("done");
    await turn();
    expect([given, answers.length]).toEqual([3, 4]);
    for (const answer of answers) answer("done");
    await running;
    expect(batches.map(({ settled }) => settled)).toEqual([["done", "done"], ["done"], ["done"]]);
  });

  it("is asked to stop when nothing more comes, and what it holds back is waited for", async () => {
    const run = new FakeRun();
    const held: ReceivedMessage[] = [];
    const batch = new FakeBatch("a", "b");
    await run.run(link({ recv: (message) => void held.push(message), stop: () => void setImmediate(() => held.map((message) => message.ack("done"))) }), [
      batch,
    ]);
    expect(batch.settled).toEqual(["done", "done"]);
  });

  it("loses by name what it has not answered when the grace time is over", async () => {
    const run = new FakeRun();
    const batch = new FakeBatch("a", "b");
    const running = run.run(link({ recv: (message) => (textOf(message) === "a" ? "done" : undefined) }), [batch]);
    await turn();
    expect(batch.settled).toBeUndefined();
    run.grace.abort();
    await running;
    expect(String((batch.settled as { lost: unknown }).lost)).toBe("MillraceError: the link 'l' ended with 1 messages unanswered");
  });

  it("can't be made without recv", async () => {
    await expect(new FakeRun().make(link({}, { role: "sink" }))).rejects.toThrow("the link 'l' is a sink and has no recv");
    await expect(new FakeRun().make(link({}))).rejects.toThrow("is a link and has no recv");
    await expect(new FakeRun().make(link({}, { role: "receiver" }))).resolves.toBeDefined();
  });
});

describe("the life of a receiver", () => {
  it("is init, start, stop when the run drains, cleanup", async () => {
    const run = new FakeRun("sink");
    const calls: string[] = [];
    const node = await run.make(
      link(
        {
          init: () => void calls.push("init"),
          start: (connectors) => void calls.push(`start with ${connectors.peers.map(({ name }) => name).join()}`),
          stop: () => void calls.push("stop"),
          cleanup: () => void calls.push("cleanup"),
        },
        { role: "receiver" },
      ),
    );
    await node.init?.();
    expect(node.test).toBeUndefined();
    const running = node.run({} as never, { detached: { edges: [{ to: "sink", port: undefined, send: () => undefined }], send: () => undefined } } as never);
    await turn();
    expect(calls).toEqual(["init", "start with sink"]);
    run.draining.abort();
    await running;
    await node.cleanup?.();
    expect(calls.slice(2)).toEqual(["stop", "cleanup"]);
  });

  it("ends with the error of its start", async () => {
    await expect(new FakeRun().run(link({ start: () => Promise.reject(new Error("no port")) }, { role: "receiver" }))).rejects.toThrow("no port");
  });
});

describe("connectors", () => {
  async function connected(run: FakeRun): Promise<Connectors> {
    run.draining.abort();
    return new Promise((resolve) => void run.run(link({ start: resolve }, { role: "receiver" })));
  }
  const message = (payload: string | Uint8Array): { payload: Uint8Array; meta: Record<string, string> } => ({
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    meta: {},
  });

  it("gather what is sent in one turn, and tell each message how it ended", async () => {
    const run = new FakeRun("a", "b");
    const ways = await connected(run);
    const statuses = Promise.all(["1", "2", "3"].map((payload) => ways.send(message(payload))));
    await turn();
    expect(run.sent.map(({ to, payloads }) => [to, payloads])).toEqual([["*", ["1", "2", "3"]]]);
    run.sent[0]?.settle("done", "throttled", "partial");
    expect(await statuses).toEqual(["done", "throttled", "partial"]);
  });

  it("find a peer by its route, or else by its name", async () => {
    const run = new FakeRun("a", "b");
    const ways = await connected(run);
    void ways.to("b-route")?.send(message("by route"));
    void ways.to("a")?.send(message("by name"));
    expect(ways.to("c")).toBeUndefined();
    expect([...ways].map(({ name, route }) => [name, route])).toEqual([
      ["a", "a-route"],
      ["b", "b-route"],
    ]);
    await turn();
    expect(run.sent.map(({ to, payloads }) => [to, ...payloads])).toEqual([
      ["b", "by route"],
      ["a", "by name"],
    ]);
  });

  it("send batches of no more than a channel takes", async () => {
    const run = new FakeRun("a");
    const ways = await connected(run);
    for (let i = 0; i < 2500; i++) void ways.send(message("x"));
    for (let i = 0; i < 3; i++) void ways.send(message(new Uint8Array(100_000)));
    void ways.send(message(new Uint8Array(1_000_000)));
    await turn();
    expect(run.sent.map(({ payloads }) => payloads.length)).toEqual([1024, 1024, 453, 1, 1, 1]);
  });

  it("say when a message was taken: not before there is room", async () => {
    const run = new FakeRun("a");
    let free: () => void = () => undefined;
    run.full = new Promise((resolve) => {
      free = resolve;
    });
    const ways = await connected(run);
    const taken: string[] = [];
    void ways.send(message("1"), { taken: () => taken.push("1") });
    await turn();
    void ways.send(message("2"), { taken: () => taken.push("2") });
    await turn();
    expect([taken, run.sent.length]).toEqual([[], 1]);
    run.full = undefined;
    free();
    await turn();
    expect([taken, run.sent.length]).toEqual([["1", "2"], 2]);
  });

  it("answer `failed` when the run is over, and go on answering", async () => {
    const run = new FakeRun("a");
    const ways = await connected(run);
    run.closed = true;
    const taken: string[] = [];
    expect(await ways.send(message("x"), { taken: () => taken.push("x") })).toBe("failed");
    expect(await ways.peers[0]?.send(message("y"))).toBe("failed");
    expect(taken).toEqual([]);
  });

  it("answer `unroutable` where there is no peer", async () => {
    expect(await (await connected(new FakeRun())).send(message("x"))).toBe("unroutable");
  });
});
