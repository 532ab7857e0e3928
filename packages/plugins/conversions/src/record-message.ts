import { Buffer } from "node:buffer";
import { defineNode, type Plugin } from "@millrace/api";
import { type Message, type MessageBatch, messageBatch } from "@millrace/api/flow";
import type { RecordBatch } from "@millrace/api/fluent";
import { Cursor, entriesOfBatch, msgpackToJson, partsOf, utf8 } from "@millrace/fluent";
import * as z from "zod";
import { nanosOfTime } from "./time.ts";

/**
 * Fluent Bit to Flow: each record becomes a message. Payload: its body as JSON, exact in 64 bits, floats and the order of
 * keys. Metadata: `tag`, `ts` (nanoseconds since the epoch), and that of the record, whose texts stand as they are and
 * whose other values as JSON. A record that can't be read or encoded is set aside and counted.
 */
const recordMessage: Plugin = defineNode<Record<string, never>, RecordBatch, MessageBatch>({
  name: "record-message",
  version: "0.1.0",
  description: "Makes each record of Fluent Bit a Flow message with a JSON payload",
  stability: "stable",
  options: z.strictObject({}),
  channels: { in: ["record"], out: ["message"] },
  replicas: "many",
  create: (_options, ctx) => {
    const bad = ctx.metrics.counter("conversion_bad_records", "Records that could not be converted");
    return {
      async run(input, outputs) {
        for await (const batch of input) {
          const { bytes, bounds, origins, bad: unread, failed } = entriesOfBatch(batch.data);
          const reasons = [...unread, ...failed].map(({ reason }) => reason);
          if (reasons.length > 0) {
            bad.add(reasons.length);
            ctx.log.warn(`${reasons.length} ${reasons.length === 1 ? "record was" : "records were"} set aside: ${reasons[0]}`);
          }
          const messages = Array.from({ length: bounds.length - 1 }, (_, index) => messageOf(bytes.subarray(bounds[index], bounds[index + 1]), batch.data.tag));
          if (messages.length === 0) continue;
          const full = outputs.send(messageBatch(messages), { origin: { batch, ...(origins !== undefined && { records: origins }) } });
          if (full !== undefined) await full;
        }
      },
    };
  },
});

function messageOf(entry: Uint8Array, tag: string): Message {
  const parts = partsOf(new Cursor(entry));
  const meta = { ...metadataOf(entry, parts.metadata), tag, ts: String(nanosOfTime(parts.time)) };
  return { payload: Buffer.from(jsonAt(entry, parts.record)), meta };
}

function metadataOf(entry: Uint8Array, at: number): Record<string, string> {
  if (at < 0) return {};
  const cursor = new Cursor(entry, at);
  cursor.next();
  const pairs: [string, string][] = [];
  for (let left = cursor.length; left > 0; left--) pairs.push([textAt(cursor), textAt(cursor)]);
  return Object.fromEntries(pairs);
}

/** A text as it is, any other value as JSON; the cursor goes past it. */
function textAt(cursor: Cursor): string {
  const start = cursor.at;
  if (cursor.next() === "string") return utf8(cursor.payload);
  cursor.at = start;
  cursor.skip();
  return msgpackToJson(cursor.bytes.subarray(start, cursor.at), { escapeUnicode: false });
}

function jsonAt(entry: Uint8Array, at: number): string {
  return msgpackToJson(entry.subarray(at), { escapeUnicode: false });
}

export { recordMessage };
