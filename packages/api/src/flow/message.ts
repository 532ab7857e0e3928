import type { BatchData } from "../batch.ts";
import { type ChannelKind, defineChannel } from "../channel.ts";

/** A message: bytes and what is known about them. Never changed; a link that alters one makes a new one. */
export interface Message {
  readonly payload: Uint8Array;
  readonly meta: Readonly<Record<string, string>>;
}

/** Messages that travel together. Each is answered by itself. */
export interface MessageBatch extends BatchData {
  readonly messages: readonly Message[];
}

/** A batch of messages. */
export function messageBatch(messages: readonly Message[]): MessageBatch {
  let bytes = 0;
  for (const message of messages) bytes += message.payload.byteLength + 64;
  return { messages, records: messages.length, bytes };
}

/** The channel kind `message`. */
export const messageChannel: ChannelKind<MessageBatch> = /* @__PURE__ */ defineChannel<MessageBatch>({
  name: "message",
  slice: (data, from, to) => messageBatch(data.messages.slice(from, to)),
});
