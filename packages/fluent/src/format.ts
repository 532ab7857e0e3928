import { Buffer } from "node:buffer";
import type { RecordBatch } from "@millrace/api/fluent";
import { entriesOfBatch } from "./encoded-batch.ts";
import { entryToJson, type JsonRecordStyle } from "./json-text.ts";
import { ByteText } from "./msgpack-text.ts";

/** How a chunk is written as text: `msgpack` is the form that Fluent Bit's stdout has by default. */
export type TextFormat = "msgpack" | "json" | "json_lines" | "json_stream";

/** Every {@link TextFormat}, the default first. */
export const TEXT_FORMATS: readonly TextFormat[] = ["msgpack", "json", "json_lines", "json_stream"];

/** A chunk as text, and what of it could not be written. */
export interface FormattedBatch {
  readonly text: Uint8Array;
  /** Why a record was left out, one text for each. */
  readonly bad: readonly string[];
}

/**
 * A batch as text, a line feed at its end. `json`: one array; `json_lines`: an object a line; `json_stream`: objects with
 * nothing between them; `msgpack`: `[INDEX] TAG: [[TIME, {METADATA}], {RECORD}]` a line. Where the batch is one part of a
 * chunk, its text is that part of the text of the chunk: the texts of all parts together are one array, one count.
 */
export function formatBatch(batch: RecordBatch, format: TextFormat, style: JsonRecordStyle): FormattedBatch {
  const encoded = entriesOfBatch(batch);
  const entries: Uint8Array[] = [];
  for (let index = 1; index < encoded.bounds.length; index++) entries.push(encoded.bytes.subarray(encoded.bounds[index - 1], encoded.bounds[index]));
  const part = { first: batch.chunk?.first ?? 0, last: batch.chunk?.last ?? true };
  const bad = [...encoded.bad, ...encoded.failed].map((failure) => failure.reason);
  return { text: TEXTS[format](entries, batch.tag, style, part), bad };
}

interface Part {
  readonly first: number;
  readonly last: boolean;
}

const TEXTS: Readonly<Record<TextFormat, (entries: readonly Uint8Array[], tag: string, style: JsonRecordStyle, part: Part) => Uint8Array>> = {
  msgpack: (entries, tag, _style, part) => {
    const text = new ByteText();
    entries.forEach((entry, index) => {
      text.add(`[${part.first + index}] ${tag}: `);
      text.entry(entry);
      text.add("\n");
    });
    return text.finish();
  },
  json: (entries, _tag, style, part) => {
    const objects = entries.map((entry) => entryToJson(entry, style)).join(",");
    const opening = part.first === 0 ? "[" : objects === "" ? "" : ",";
    return Buffer.from(`${opening}${objects}${part.last ? "]\n" : ""}`);
  },
  json_lines: (entries, _tag, style) => Buffer.from(entries.map((entry) => `${entryToJson(entry, style)}\n`).join("")),
  json_stream: (entries, _tag, style, part) => Buffer.from(entries.map((entry) => entryToJson(entry, style)).join("") + (part.last ? "\n" : "")),
};
