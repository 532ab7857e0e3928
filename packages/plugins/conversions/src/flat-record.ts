import { defineNode, type Plugin } from "@millrace/api";
import { type FluentMessage, type FluentValue, type RecordBatch, recordBatch } from "@millrace/api/fluent";
import type { FlatBatch, FlatRecord } from "@millrace/api/sysflow";
import * as z from "zod";
import { ATTRIBUTES, type AttributeReader, attributeReader } from "./attributes.ts";
import { timeOfNanos } from "./time.ts";

const options = z.strictObject({
  tag: z.string().min(1).default("sysflow").describe("The tag of the records"),
  attributes: z
    .array(z.string())
    .default([...ATTRIBUTES])
    .describe("The attributes that go into the record, where the record has them"),
});

/**
 * SysFlow to Fluent Bit: each flat record becomes a record. Body: the attributes that its type has and that are not zero, under their names;
 * 64-bit integers are exact. Time: the record's own. A time that Fluent Bit can't write (beyond 2106) becomes the latest
 * that it can, and is counted.
 */
const flatRecord: Plugin = defineNode<z.infer<typeof options>, FlatBatch, RecordBatch>({
  name: "flat-record",
  version: "0.1.0",
  description: "Makes each flat record of SysFlow a record of Fluent Bit",
  stability: "stable",
  options,
  channels: { in: ["flat"], out: ["record"] },
  replicas: "many",
  create: ({ tag, attributes }, ctx) => {
    const clipped = ctx.metrics.counter("conversion_clipped_times", "Times that were beyond what the target can say");
    const attributesOf = attributeReader(attributes);
    return {
      async run(input, outputs) {
        for await (const batch of input) {
          const messages: FluentMessage[] = [];
          for (const record of batch.data) messages.push({ tag, time: timeOfNanos(record.ts, clipped), record: bodyOf(record, attributesOf), metadata: {} });
          const full = outputs.send(recordBatch(tag, ctx.name, messages), { origin: { batch } });
          if (full !== undefined) await full;
        }
      },
    };
  },
});

function bodyOf(record: FlatRecord, attributesOf: AttributeReader): Record<string, FluentValue> {
  const body: Record<string, FluentValue> = {};
  for (const [name, value] of attributesOf(record)) body[name] = value;
  return body;
}

export { flatRecord };
