/**
 * Conversions between the channel kinds of the families: ordinary nodes, which planning puts where two plugins don't agree,
 * and which a configuration may name itself.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { flatMessage } from "./flat-message.ts";
import { flatRecord } from "./flat-record.ts";
import { messageRecord } from "./message-record.ts";
import { recordMessage } from "./record-message.ts";

/** A plugin that turns one kind of channel into another. */
export interface ChannelConversion {
  readonly from: string;
  readonly to: string;
  readonly plugin: Plugin;
}

/** All of them, for the registry. */
const conversions: readonly ChannelConversion[] = [
  { from: "flat", to: "message", plugin: flatMessage },
  { from: "flat", to: "record", plugin: flatRecord },
  { from: "message", to: "record", plugin: messageRecord },
  { from: "record", to: "message", plugin: recordMessage },
];

export { conversions, flatMessage, flatRecord, messageRecord, recordMessage };
