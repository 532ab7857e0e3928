import { Buffer } from "node:buffer";
import { type ContainerHeader, numberAt, SYNC_BYTES } from "./container.ts";
import type { Intake } from "./intake.ts";

/** A block as it was found: its place, and its records inflated. */
export interface Block {
  /** Counted from 1. */
  readonly block: number;
  readonly offset: number;
  /** Where in the file the next one begins. */
  readonly end: number;
  /** How many records it claims to have. */
  readonly records: number;
  readonly bytes: Buffer;
  /** Says that the bytes have been copied and are no longer needed. */
  free(): void;
}

/** What is wrong with a block, and where. */
export interface BlockDamage {
  readonly block: number;
  readonly offset: number;
  readonly reason: string;
  readonly records: number | undefined;
}

/** The head of a block takes no more: two numbers. */
const HEAD_BYTES = 20;

/** Finds the blocks of a container file one after the other, and inflates them. */
export class BlockReader {
  readonly #intake: Intake;
  readonly #header: ContainerHeader;
  readonly #limit: number;
  #number = 0;

  constructor(intake: Intake, header: ContainerHeader, limit: number) {
    this.#intake = intake;
    this.#header = header;
    this.#limit = limit;
  }

  /** The next block, or what is wrong with it, or `undefined` at the end; a promise only if bytes have to be read for it. */
  next(): Block | BlockDamage | undefined | Promise<Block | BlockDamage | undefined> {
    const found = this.#find(false);
    return typeof found === "number" ? this.#wait(found) : found;
  }

  /** After damage: passes over all up to the end of the next sync marker. Gives its offset in the file. */
  async resync(): Promise<number> {
    const intake = this.#intake;
    for (;;) {
      const found = intake.bytes.subarray(intake.at, intake.end).indexOf(this.#header.sync);
      if (found >= 0) {
        intake.use(found + SYNC_BYTES);
        return intake.offset;
      }
      intake.use(Math.max(0, intake.ready - SYNC_BYTES + 1));
      const before = intake.ready;
      await intake.fill(before + 1);
      if (intake.ready === before) {
        intake.use(before);
        return intake.offset;
      }
    }
  }

  async #wait(bytes: number): Promise<Block | BlockDamage | undefined> {
    for (;;) {
      await this.#intake.fill(bytes);
      const found = this.#find(this.#intake.ready < bytes);
      if (typeof found !== "number") return found;
      bytes = found;
    }
  }

  /** The next block from the bytes at hand; or how many bytes must be at hand, unless the file has ended. */
  #find(ended: boolean): Block | BlockDamage | undefined | number {
    const intake = this.#intake;
    if (intake.ready < HEAD_BYTES && !ended) return HEAD_BYTES;
    if (intake.ready === 0) return undefined;
    const offset = intake.offset;
    const records = numberAt(intake);
    const size = numberAt(intake, records.used);
    const head = records.used + size.used;
    if (records.used === 0 || size.used === 0) {
      const cut = intake.ready < HEAD_BYTES;
      return this.#damaged(offset, cut ? "the file ends within the head of the block" : "a number in the head of the block has more than ten bytes");
    }
    if (records.value < 0 || size.value < 0) return this.#damaged(offset, `it claims ${records.value} records in ${size.value} bytes`);
    if (size.value > this.#limit) return this.#damaged(offset, `it claims ${size.value} bytes, more than the ${this.#limit} allowed`);
    const whole = head + size.value + SYNC_BYTES;
    if (intake.ready < whole) {
      if (!ended) return whole;
      return this.#damaged(offset, `the file ends ${whole - intake.ready} bytes before the end of the block`, records.value);
    }
    const data = intake.bytes.subarray(intake.at + head, intake.at + head + size.value);
    if (!intake.bytes.subarray(intake.at + whole - SYNC_BYTES, intake.at + whole).equals(this.#header.sync)) {
      intake.use(head);
      return this.#damaged(offset, "it does not end with the sync marker of the file", records.value);
    }
    let bytes: Buffer;
    try {
      bytes = this.#header.codec(data, this.#limit);
    } catch (cause) {
      // The block ends where it should, so the next one is sound: resync() finds this block's own marker.
      intake.use(whole - SYNC_BYTES);
      return this.#damaged(offset, `it can't be inflated: ${cause instanceof Error ? cause.message : String(cause)}`, records.value);
    }
    intake.use(whole);
    this.#number++;
    return { block: this.#number, offset, end: offset + whole, records: records.value, bytes, free: bytes.buffer === data.buffer ? keep : () => free(bytes) };
  }

  #damaged(offset: number, reason: string, records?: number): BlockDamage {
    this.#number++;
    // The damage is behind us, so that resync() does not find it again.
    if (this.#intake.offset === offset) this.#intake.use(Math.min(1, this.#intake.ready));
    return { block: this.#number, offset, reason, records };
  }
}

/** For bytes that are those of the intake. */
function keep(): void {
  // They are used again for what is read next.
}

/**
 * Gives the memory of an inflated block back at once. Left to the garbage collector, a hundred kilobytes a block make it
 * run a full cycle every few hundred blocks.
 */
function free(bytes: Buffer): void {
  const { buffer } = bytes;
  // Small buffers are parts of a pool that belongs to others.
  if (bytes.byteOffset === 0 && buffer.byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
