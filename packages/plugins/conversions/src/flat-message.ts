import { Buffer } from "node:buffer";
import { defineNode, type Plugin } from "@millrace/api";
import { type Message, type MessageBatch, messageBatch } from "@millrace/api/flow";
import type { AttributeValue, FlatBatch, FlatRecord } from "@millrace/api/sysflow";
import * as z from "zod";
import { ATTRIBUTES, type AttributeReader, attributeReader } from "./attributes.ts";

const options = z.strictObject({
  attributes: z
    .array(z.string())
    .default([...ATTRIBUTES])
    .describe("The attributes that go into the payload, where the record has them"),
});

/**
 * SysFlow to Flow: each flat record becomes a message. Payload: a JSON object with the attributes that its type has and that are not zero; 64-bit
 * integers are exact. Metadata: `type`, `ts` (nanoseconds since the epoch), and `host` where it is known.
 */
const flatMessage: Plugin = defineNode<z.infer<typeof options>, FlatBatch, MessageBatch>({
  name: "flat-message",
  version: "0.1.0",
  description: "Makes each flat record of SysFlow a Flow message with a JSON payload",
  stability: "stable",
  options,
  channels: { in: ["flat"], out: ["message"] },
  replicas: "many",
  create: ({ attributes }) => {
    const attributesOf = attributeReader(attributes);
    return {
      async run(input, outputs) {
        for await (const batch of input) {
          const messages: Message[] = [];
          for (const record of batch.data) messages.push({ payload: Buffer.from(jsonOf(record, attributesOf)), meta: metaOf(record) });
          const full = outputs.send(messageBatch(messages), { origin: { batch } });
          if (full !== undefined) await full;
        }
      },
    };
  },
});

function jsonOf(record: FlatRecord, attributesOf: AttributeReader): string {
  let json = "";
  for (const [name, value] of attributesOf(record)) json += `${json === "" ? "" : ","}${JSON.stringify(name)}:${jsonValue(value)}`;
  return `{${json}}`;
}

function jsonValue(value: AttributeValue): string {
  if (typeof value === "bigint") return String(value);
  return isList(value) ? `[${value.map(jsonValue).join(",")}]` : JSON.stringify(value);
}

function metaOf(record: FlatRecord): Record<string, string> {
  const host = record.text("sf.node.id");
  return { type: record.type, ts: String(record.ts), ...(host !== "" && { host }) };
}

function isList(value: AttributeValue): value is Exclude<AttributeValue, string | number | bigint | boolean> {
  return Array.isArray(value);
}

export { flatMessage };
