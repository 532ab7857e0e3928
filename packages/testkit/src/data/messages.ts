import { type BatchData, type BytesBatch, bytesBatch, MillraceError } from "@millrace/api";
import { type Message, type MessageBatch, messageBatch } from "@millrace/api/flow";

/** A message: a text or bytes, and what is known about it. */
export function message(payload: string | Uint8Array, meta: Readonly<Record<string, string>> = {}): Message {
  return { payload: bytesOf(payload), meta };
}

/** Messages that travel together. A text or bytes alone stands for a message without metadata. */
export function messages(...items: readonly (string | Uint8Array | Message)[]): MessageBatch {
  return messageBatch(items.map((item) => (typeof item === "string" || item instanceof Uint8Array ? message(item) : item)));
}

/** Chunks of bytes that travel together. */
export function chunks(...items: readonly (string | Uint8Array)[]): BytesBatch {
  return bytesBatch(items.map(bytesOf));
}

/** The payloads of messages, as texts. Throws `MILLRACE_TESTKIT_KIND` for a batch of another kind. */
export function payloads(data: BatchData): string[] {
  if (!("messages" in data)) throw new MillraceError("MILLRACE_TESTKIT_KIND", "the batch has no messages");
  return (data as MessageBatch).messages.map(({ payload }) => new TextDecoder().decode(payload));
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
