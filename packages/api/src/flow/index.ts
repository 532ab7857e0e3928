/**
 * Flow plugins: links that receive, pass on, or end messages.
 *
 * @packageDocumentation
 */
export type { Connector, Connectors, MessageOptions } from "./connectors.ts";
export { defineLink, type Link, type LinkDefinition, type LinkRole, type ReceivedMessage } from "./define.ts";
export { type Message, type MessageBatch, messageBatch, messageChannel } from "./message.ts";
