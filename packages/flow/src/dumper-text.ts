import type { Message } from "@millrace/api/flow";

const END = Buffer.from("\n");

/**
 * What a dumper writes for a message, in parts that follow each other:
 *
 *     Message:
 *         meta: map[KEY:VALUE KEY:VALUE]
 *         payload: BYTES
 *
 * Keys are sorted by their bytes, and the payload stands as it is. (Text as of Flow's `sink.dumper`.)
 */
export function dumperText(message: Message): readonly Uint8Array[] {
  return [Buffer.from(`Message:\n    meta: ${mapText(message.meta)}\n    payload: `), message.payload, END];
}

function mapText(meta: Message["meta"]): string {
  const keys = Object.keys(meta);
  if (keys.length === 0) return "map[]";
  if (keys.length > 1) keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${keys.map((key) => `${key}:${meta[key]}`).join(" ")}]`;
}
