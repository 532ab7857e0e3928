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
  /** What the rows lie in, where it may be used again. */
  readonly memory: PartMemory | undefined;
}

/** The memory of one part: for the bytes of its blocks, and for its rows. */
export interface PartMemory {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly words: Int32Array;
}

/**
 * Memory of parts that nobody reads any more, for the parts to come: memory that was used a moment ago is still in the
 * processor's caches, and fresh memory costs a page fault every 4 KiB. Holds a few; what is beyond is left to the collector.
 */
export class PartPool {
  readonly #free: PartMemory[] = [];
  readonly #most: number;
  readonly #shared: boolean;

  /**
   * @param most - how many pieces of memory are kept for use, about 800 KiB each
   * @param shared - whether threads share the memory
   */
  constructor(most = 4, shared = false) {
    this.#most = most;
    this.#shared = shared;
  }

  /** Memory for a part. Its contents are whatever they were. Without a size, one of the usual size. */
  take(bytes?: number, records?: number): PartMemory {
    if (bytes !== undefined && records !== undefined) return partMemory(bytes, records, this.#shared);
    return this.#free.pop() ?? partMemory(MAX_BYTES + SLACK, MAX_RECORDS, this.#shared);
  }

  /** Gives back the memory of a part that nobody reads any more, and nobody will. Each part once, and no part that was not given by {@link readTrace} with this pool. */
  give({ memory }: Pick<TracePart, "memory">): void {
    if (memory && this.#free.length < this.#most) this.#free.push(memory);
  }
}

function partMemory(bytes: number, records: number, shared: boolean): PartMemory {
  const buffer = shared ? Buffer.from(new SharedArrayBuffer(bytes)) : Buffer.allocUnsafeSlow(bytes);
  const words = records * STRIDE;
  return {
    bytes: buffer,
    view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length),
    words: shared ? new Int32Array(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT)) : new Int32Array(words),
  };
}

/** Decodes blocks into parts of the size of a batch: small blocks are joined, big ones divided. */
export class PartBuilder {
  /** Up to where the file is dealt with. */
  place: number;
  readonly #decoder: RecordDecoder;
  readonly #state = new DecoderState(Buffer.alloc(0));
  readonly #pool: PartPool | undefined;
  /** Where memory for parts of other sizes comes from. */
  readonly #unusual: PartPool;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #words: Int32Array = new Int32Array(0);
  /** What they belong to, if that can be used again: not where several parts share the bytes. */
  #memory: PartMemory | undefined;
  /** How many of the bytes are taken. */
  #used = 0;
  /** Where the first record of the part stands, and the next one to decode. */
  #first = 0;
  #next = 0;
  #rows = 0;
  #block: Block | undefined;

  constructor(decoder: RecordDecoder, place: number, pool: PartPool | undefined) {
    this.#decoder = decoder;
    this.place = place;
    this.#pool = pool;
    this.#unusual = pool ?? new PartPool(0);
  }

  /** Whether there is anything to flush. */
  get started(): boolean {
    return this.#rows > 0;
  }

  /** What was wrong with the last block, once {@link decode} has come to its end. */
  get damage(): BlockDamage | undefined {
    const block = this.#block as Block;
    const { why, left } = this.#state;
    if (why !== "")
      return { block: block.block, offset: block.offset, reason: `record ${block.records - left + 1} of ${block.records}: ${why}`, records: left };
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
    block.free();
    this.#state.end = this.#used;
    this.#state.left = block.records;
    this.#state.why = "";
  }

  /** Decodes on. False: the part is full, and must be flushed before there is more. */
  decode(): boolean {
    if (this.#words.length === 0) this.#words = this.#unusual.take(0, Math.min(MAX_RECORDS, this.#state.left)).words;
    this.#next = this.#decoder.decode(
      this.#state,
      this.#bytes,
      this.#view,
      this.#words,
      this.#rows,
      this.#words.length / STRIDE,
      this.#next,
      this.#first + MAX_BYTES,
    );
    this.#rows = this.#state.row;
    if (this.#state.left > 0 && this.#state.why === "") return false;
    this.place = (this.#block as Block).end;
    return true;
  }

  /** The part that was made. */
  flush(): TracePart {
    const bytes = this.#next - this.#first;
    const rows = new SysflowRows(this.#words, this.#bytes, 0, this.#rows, bytes, this.#state.values, this.#decoder.schema);
    const memory = this.#next === this.#used ? this.#memory : undefined;
    this.#memory = undefined;
    this.#rows = 0;
    this.#words = new Int32Array(0);
    this.#first = this.#next;
    this.#state.values = [];
    return { rows, place: this.place, memory };
  }

  #begin(block: Block): void {
    const { length } = block.bytes;
    this.#memory = length <= MAX_BYTES ? this.#pool?.take() : undefined;
    const memory = this.#memory ?? this.#unusual.take(Math.max(MAX_BYTES, length) + SLACK, roomFor(block));
    this.#bytes = memory.bytes;
    this.#view = memory.view;
    this.#words = memory.words;
    this.#state.bytes = this.#bytes;
    this.#used = 0;
  }
}

/** Room for as many such records as fill a batch. */
function roomFor(block: Block): number {
  const { length } = block.bytes;
  const records = Math.min(block.records, length);
  return Math.min(MAX_RECORDS, Math.max(1, records, Math.ceil((records * MAX_BYTES) / Math.max(1, length))));
}
