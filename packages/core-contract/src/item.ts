import { type BatchData, type ChannelKind, defineChannel } from "@millrace/api";

/** A record of the simulator. What becomes of it is a function of its parts and of the scene, so that it can be foretold. */
export interface Item {
  /** The record of a source that it stems from. */
  readonly root: string;
  /** Its own name: the root's, and what the nodes on its way made of it. */
  readonly id: string;
  /** Decides which edges take it. */
  readonly tag: number;
  /** How often it has been round a loop. */
  readonly hops: number;
}

/** The tag of a record that is to go round the loop again. */
export const AGAIN = 9;

/** Records of one tag. */
export interface ItemBatch extends BatchData {
  readonly items: readonly Item[];
  readonly tag: number;
  /** The number that its sender gave it, and the index of its first record among those that were sent with it. */
  readonly sequence: number;
  readonly offset: number;
  readonly bytesEach: number;
}

export function itemBatch(items: readonly Item[], tag: number, sequence: number, bytesEach: number, offset = 0): ItemBatch {
  return { items, tag, sequence, offset, bytesEach, records: items.length, bytes: items.length * bytesEach };
}

export const itemChannel: ChannelKind<ItemBatch> = defineChannel<ItemBatch>({
  name: "item",
  slice: (data, from, to) => itemBatch(data.items.slice(from, to), data.tag, data.sequence, data.bytesEach, data.offset + from),
});
