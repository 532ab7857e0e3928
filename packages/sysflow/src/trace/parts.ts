import { Buffer } from "node:buffer";
import { MAX_BYTES, MAX_RECORDS } from "@millrace/api";
import { type RecordDecoder, SLACK } from "../rows/decoder.ts";
import { DecoderState } from "../rows/decoder-state.ts";
import { STRIDE } from "../rows/layout.ts";
import { SysflowRows } from "../rows/sysflow-rows.ts";
import type { Block, BlockDamage } from "./blocks.ts";

/** Some records of a trace, and where they end. */
export interface TracePart {
  readonly rows: SysflowRows;
  /** The bytes of the file up to the end of the last block of which all records have been given. */
  readonly place: number;
}

/** Decodes blocks into parts of the size of a batch: small blocks are joined, big ones divided. */
export class PartBuilder {
  /** Up to where the file is dealt with. */
  place: number;
  readonly #decoder: RecordDecoder;
  readonly #state = new DecoderState(Buffer.alloc(0));
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** How many of the bytes are taken. */
  #used = 0;
  /** Where the first record of the part stands, and the next one to decode. */
  #first = 0;
  #next = 0;
  #words: Int32Array = new Int32Array(0);
  #rows = 0;
  #block: Block | undefined;

  constructor(decoder: RecordDecoder, place: number) {
    this.#decoder = decoder;
    this.place = place;
  }

  /** Whether there is anything to flush. */
  get started(): boolean {
    return this.#rows > 0;
  }

  /** What was wrong with the last block, once {@link decode} has come to its end. */
  get damage(): BlockDamage | undefined {
    const block = this.#block as Block;
    const { why, left } = this.#state;
    if (why !== "") return { block: block.block, offset: block.offset, reason: `record ${block.records - left + 1} of ${block.records}: ${why}`, records: left };
    const over = this.#used - this.#next;
    if (over === 0) return undefined;
    return { block: block.block, offset: block.offset, reason: `${over} bytes are left over after its ${block.records} records`, records: undefined };
  }

  /** Records that were passed over, by their branch in the schema. */
  get passed(): ReadonlyMap<number, number> {
    return this.#state.passed;
  }

  /** Whether the block goes into the part in the making. */
  fits(block: Block): boolean {
    if (this.#rows === 0) return true;
    return this.#used + block.bytes.length <= MAX_BYTES && (this.#rows + block.records) * STRIDE <= this.#words.length;
  }

  /** Begins with the records of a block that fits. */
  take(block: Block): void {
    this.#block = block;
    if (this.#rows === 0) this.#begin(block);
    block.bytes.copy(this.#bytes, this.#used);
    this.#next = this.#used;
    if (this.#rows === 0) this.#first = this.#next;
    this.#used += block.bytes.length;
    this.#state.end = this.#used;
    this.#state.left = block.records;
    this.#state.why = "";
  }

  /** Decodes on. False: the part is full, and must be flushed before there is more. */
  decode(): boolean {
    if (this.#words.length === 0) this.#words = new Int32Array(Math.min(MAX_RECORDS, this.#state.left) * STRIDE);
    this.#next = this.#decoder.decode(
      this.#state, this.#bytes, this.#view, this.#words, this.#rows, this.#words.length / STRIDE, this.#next, this.#first + MAX_BYTES,
    );
    this.#rows = this.#state.row;
    if (this.#state.left > 0 && this.#state.why === "") return false;
    this.place = (this.#block as Block).end;
    return true;
  }

  /** The part that was made. */
  flush(): TracePart {
    const bytes = this.#next - this.#first;
    const rows = new SysflowRows(this.#words, this.#bytes, 0, this.#rows, bytes, this.#state.values);
    this.#rows = 0;
    this.#words = new Int32Array(0);
    this.#first = this.#next;
    this.#state.values = [];
    return { rows, place: this.place };
  }

  #begin(block: Block): void {
    const { length } = block.bytes;
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(MAX_BYTES, length) + SLACK);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#state.bytes = this.#bytes;
    this.#used = 0;
    // Room for as many such records as fill a batch.
    const records = Math.min(block.records, length);
    const room = Math.max(1, records, Math.ceil((records * MAX_BYTES) / Math.max(1, length)));
    this.#words = new Int32Array(Math.min(MAX_RECORDS, room) * STRIDE);
  }
}
