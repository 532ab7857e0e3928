import { type Message, type MessageBatch, messageBatch } from "@millrace/api/flow";
import { fluentFloat, type RecordBatch } from "@millrace/api/fluent";
import { entryOf, formatBatch } from "@millrace/fluent";
import { harness, message, messages, payloads, timedRecords } from "@millrace/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversions, messageRecord, recordMessage } from "../src/index.ts";

const text = (batch: RecordBatch): string => Buffer.from(formatBatch(batch, "msgpack", { dateKey: undefined, dateFormat: "double" }).text).toString();

describe("message-record", () => {
  it("takes a JSON object as the body, and anything else as a message", async () => {
    const h = await harness<MessageBatch, RecordBatch>(messageRecord, {
      input: messages('{"b":18446744073709551615,"a":2.0,"b":"é"}', "plain", "[1]", "{broken", "", new Uint8Array([0x7b, 0xff])),
      options: { tag: "in" },
    });
    await h.finished();
    expect(text(h.sent[0] as RecordBatch).split("\n")).toEqual([
      '[0] in: [[1577836800.000000000, {}], {"b"=>18446744073709551615, "a"=>2.000000, "b"=>"é"}]',
      '[1] in: [[1577836800.000000000, {}], {"message"=>"plain"}]',
      '[2] in: [[1577836800.000000000, {}], {"message"=>"[1]"}]',
      '[3] in: [[1577836800.000000000, {}], {"message"=>"{broken"}]',
      '[4] in: [[1577836800.000000000, {}], {"message"=>""}]',
      '[5] in: [[1577836800.000000000, {}], {"message"=>"{\\xff"}]',
      "",
    ]);
  });

  it("takes tag and time from the metadata, and keeps all of it", async () => {
    await using h = await harness<MessageBatch, RecordBatch>(messageRecord, { downstream: "manual" });
    const fed = h.feed(
      messages(message("{}", { tag: "one", ts: "1600000000000000007", k: "v" }), message("{}"), message("{}", { ts: "soon" }), message("{}", { tag: "one" })),
    );
    const sent = [await h.next(), await h.next(), await h.next()];
    expect(sent.map(({ data }) => [data.tag, Array.from(data, ({ time, metadata }) => [time, metadata])])).toEqual([
      [
        "one",
        [
          [
            { seconds: 1_600_000_000, nanoseconds: 7 },
            { tag: "one", ts: "1600000000000000007", k: "v" },
          ],
        ],
      ],
      [
        "flow",
        [
          [{ seconds: 1_577_836_800, nanoseconds: 0 }, {}],
          [{ seconds: 1_577_836_800, nanoseconds: 0 }, { ts: "soon" }],
        ],
      ],
      ["one", [[{ seconds: 1_577_836_800, nanoseconds: 0 }, { tag: "one" }]]],
    ]);
    sent[0]?.done();
    sent[1]?.refuse("throttled", { records: [1] });
    sent[2]?.refuse("failed");
    expect((await fed.settled()).statuses).toEqual(["done", "done", "throttled", "failed"]);
  });

  it("leaves the metadata alone where it is told to", async () => {
    const h = await harness<MessageBatch, RecordBatch>(messageRecord, {
      input: messages(message("x", { tag: "one", ts: "5" })),
      options: { tag_meta: "", time_meta: "", message_key: "log" },
    });
    await h.finished();
    expect(text(h.sent[0] as RecordBatch)).toBe('[0] flow: [[1577836800.000000000, {"tag"=>"one", "ts"=>"5"}], {"log"=>"x"}]\n');
  });
});

describe("record-message", () => {
  const time = { seconds: 1_600_000_000, nanoseconds: 5 };

  it("makes the body JSON, and tells tag, time and metadata", async () => {
    const h = await harness<RecordBatch, MessageBatch>(recordMessage, {
      input: timedRecords(
        "app",
        { time, body: { n: 2n ** 63n, f: fluentFloat(2), t: "é/", l: [null, true] }, metadata: { k: "v", tag: "other", n: 1, m: { a: [] } } },
        { time, body: {} },
      ),
    });
    await h.finished();
    expect(h.sent.flatMap((batch) => payloads(batch))).toEqual(['{"n":9223372036854775808,"f":2.0,"t":"é/","l":[null,true]}', "{}"]);
    expect(h.sent.flatMap((batch) => batch.messages.map(({ meta }) => meta))).toEqual([
      { k: "v", tag: "app", n: "1", m: '{"a":[]}', ts: "1600000000000000005" },
      { tag: "app", ts: "1600000000000000005" },
    ]);
  });

  it("sets aside what can't be encoded, and answers for each record by itself", async () => {
    await using h = await harness<RecordBatch, MessageBatch>(recordMessage, { downstream: "manual" });
    const fed = h.feed(timedRecords("app", { time, body: { n: 1 } }, { time, body: { n: 1n << 99n } }, { time, body: { n: 3 } }));
    const sent = await h.next();
    expect(payloads(sent.data)).toEqual(['{"n":1}', '{"n":3}']);
    sent.refuse("invalid", { records: [1] });
    expect((await fed.settled()).statuses).toEqual(["done", "done", "invalid"]);
    expect(h.metric("conversion_bad_records")).toBe(1);
    expect(h.log("warn")).toEqual(["1 record was set aside: the integer 633825300114114700748351602688 does not fit into 64 bits"]);
  });

  it("settles a batch of which nothing is left", async () => {
    await using h = await harness<RecordBatch, MessageBatch>(recordMessage);
    expect((await h.feed(timedRecords("app", { time, body: { n: 1n << 99n } })).settled()).outcome.state).toBe("done");
  });
});

it("there and back again gives the same records, bytes and all", async () => {
  const meta = fc.dictionary(fc.constantFrom("a", "b"), fc.string({ unit: "grapheme" }));
  const body = fc.dictionary(
    fc.string({ unit: "grapheme", minLength: 1 }).filter((key) => key !== "__proto__"),
    fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" }),
    { maxKeys: 5 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(body, meta, fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom("one", "two")), { minLength: 1, maxLength: 6 }),
      async (items) => {
        const first: Message[] = items.map(([value, extra, seconds, tag]) =>
          message(JSON.stringify(value), { ...extra, tag, ts: String(BigInt(seconds) * 1_000_000_000n) }),
        );
        const records = (await converted(messageRecord, [messageBatch(first)])) as RecordBatch[];
        const back = (await converted(recordMessage, records)) as MessageBatch[];
        const again = (await converted(messageRecord, back)) as RecordBatch[];
        const entries = (batches: readonly RecordBatch[]): string[] =>
          batches.flatMap((batch) => Array.from(batch, (one) => `${one.tag} ${Buffer.from(entryOf(one) as Uint8Array).toString("hex")}`));
        expect(back.flatMap((batch) => batch.messages.map((one) => one.meta))).toEqual(first.map((one) => one.meta));
        expect(entries(again)).toEqual(entries(records));
      },
    ),
    { numRuns: 30 },
  );
});

it("lists every conversion under its kinds", () => {
  expect(conversions.map(({ plugin }) => [plugin.channels.in, plugin.channels.out, plugin.name])).toEqual(
    conversions.map(({ from, to }) => [[from], [to], `${from}-${to}`]),
  );
});

async function converted(plugin: typeof messageRecord, input: readonly (MessageBatch | RecordBatch)[]): Promise<readonly unknown[]> {
  const h = await harness(plugin, { input });
  await h.finished();
  return h.sent;
}
