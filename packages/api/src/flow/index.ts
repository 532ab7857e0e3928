/**
 * Flow plugins: links that receive, pass on, or end messages.
 *
 * @packageDocumentation
 */
export { type Message, type MessageBatch, messageBatch, messageChannel } from "./message.ts";
export { type Connector, type Connectors, defineLink, type Link, type LinkDefinition, type LinkRole, type ReceivedMessage } from "./define.ts";
