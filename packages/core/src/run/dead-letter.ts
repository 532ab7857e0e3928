import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeadLetter } from "./options.ts";

/** The file of a source's dead letters, in its state directory. */
const DEAD_LETTERS = "dead-letters.jsonl";

/** The most text of a batch that a dead letter keeps. */
const MOST_TEXT = 1_048_576;

/** Appends a letter to the file of dead letters in a folder, as one line of JSON. */
export function appendDeadLetter(folder: string, letter: DeadLetter): Promise<void> {
  return appendFile(join(folder, DEAD_LETTERS), `${deadLetterLine(letter)}\n`, "utf8");
}

/** A letter as JSON: bytes in base64, 64-bit numbers as text; data that can't be written is left out, and why is said. */
export function deadLetterLine(letter: DeadLetter): string {
  const { cause, data, time, ...rest } = letter;
  const head = { time: new Date(time).toISOString(), ...rest, cause: cause instanceof Error ? cause.message : String(cause) };
  try {
    const text = JSON.stringify(data, replace);
    if (text !== undefined && text.length <= MOST_TEXT) return `${JSON.stringify(head).slice(0, -1)},"data":${text}}`;
    return JSON.stringify({ ...head, withoutData: `more than ${MOST_TEXT} characters` });
  } catch (unwritable) {
    return JSON.stringify({ ...head, withoutData: unwritable instanceof Error ? unwritable.message : String(unwritable) });
  }
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  // JSON.stringify has called toJSON of a Buffer before it gets here.
  if (isBufferJson(value)) return { base64: Buffer.from(value.data).toString("base64") };
  if (ArrayBuffer.isView(value)) return { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer" && Array.isArray((value as { data?: unknown }).data);
}
