import { Buffer, isUtf8 } from "node:buffer";
import { defineNode, type Plugin, type PluginContext } from "@millrace/api";
import type { Message, MessageBatch } from "@millrace/api/flow";
import type { EventTime, RecordBatch } from "@millrace/api/fluent";
import { batchOfEntries, Cursor, encodeValue, jsonToMsgpack, Writer, writeEncodedEntry } from "@millrace/fluent";
import * as z from "zod";
import { timeOfNanos } from "./time.ts";

const options = z.strictObject({
  tag: z.string().min(1).default("flow").describe("The tag of the records, where a message names none"),
  tag_meta: z.string().default("tag").describe("The metadata key that names the tag; empty for none"),
  time_meta: z.string().default("ts").describe("The metadata key with the time in nanoseconds since the epoch; empty for none. Without it, the time is now"),
  message_key: z.string().min(1).default("message").describe("The key for a payload that is no JSON object"),
});

type Options = z.infer<typeof options>;

/**
 * Flow to Fluent Bit: each message becomes a record. A payload that is a JSON object is the body, exact in 64 bits, floats
 * and the order of keys; any other stands whole under `message_key`, as text or, where it is no UTF-8, as binary. The
 * metadata of the message becomes that of the record.
 */
const messageRecord: Plugin = defineNode<Options, MessageBatch, RecordBatch>({
  name: "message-record",
  version: "0.1.0",
  description: "Makes each Flow message a record of Fluent Bit",
  stability: "stable",
  options,
  channels: { in: ["message"], out: ["record"] },
  replicas: "many",
  create: (values, ctx) => {
    const timeOf = timesOf(values, ctx);
    return {
      async run(input, outputs) {
        for await (const batch of input) {
          for (const { tag, first, messages } of runsOfTag(batch.data.messages, values)) {
            const data = encoded(tag, messages, values, ctx.name, timeOf);
            const records = Uint32Array.from(messages, (_, index) => first + index);
            const full = outputs.send(data, { origin: { batch, records } });
            if (full !== undefined) await full;
          }
        }
      },
    };
  },
});

interface TagRun {
  readonly tag: string;
  /** The index in the batch of the first message. */
  readonly first: number;
  readonly messages: Message[];
}

/** Divides messages where the tag changes. */
function runsOfTag(messages: readonly Message[], { tag: standard, tag_meta: key }: Options): TagRun[] {
  const runs: TagRun[] = [];
  messages.forEach((message, index) => {
    const tag = (key !== "" && message.meta[key]) || standard;
    const last = runs.at(-1);
    if (last?.tag === tag) last.messages.push(message);
    else runs.push({ tag, first: index, messages: [message] });
  });
  return runs;
}

function encoded(tag: string, messages: readonly Message[], values: Options, source: string, timeOf: (message: Message) => EventTime): RecordBatch {
  const writer = new Writer(4096);
  const bounds = new Uint32Array(messages.length + 1);
  messages.forEach((message, index) => {
    writeEncodedEntry(writer, timeOf(message), encodeValue(message.meta), bodyOf(message.payload, values.message_key));
    bounds[index + 1] = writer.length;
  });
  return batchOfEntries(tag, source, { bytes: writer.finish(), bounds }) as RecordBatch;
}

/** The body, in MessagePack. */
function bodyOf(payload: Uint8Array, key: string): Uint8Array {
  if (!isUtf8(payload)) return encodeValue({ [key]: payload });
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  return objectOf(text) ?? encodeValue({ [key]: text });
}

function objectOf(text: string): Uint8Array | undefined {
  if (!/^[ \t\r\n]*\{/.test(text)) return undefined;
  try {
    const bytes = jsonToMsgpack(text);
    return new Cursor(bytes).next() === "map" ? bytes : undefined;
  } catch {
    // It begins like an object and is none: then it is text.
    return undefined;
  }
}

function timesOf({ time_meta: key }: Options, ctx: PluginContext): (message: Message) => EventTime {
  const clipped = ctx.metrics.counter("conversion_clipped_times", "Times that were beyond what the target can say");
  return ({ meta }) => {
    const written = key === "" ? undefined : meta[key];
    return timeOfNanos(written !== undefined && /^\d{1,20}$/.test(written) ? BigInt(written) : ctx.clock.nanos(), clipped);
  };
}

export { messageRecord };
