import type { Buffer } from "node:buffer";
import type { AttributeValue, FlatBatch, FlatRecord, FlatType } from "@millrace/api/sysflow";
import type { Surroundings } from "../entities/surroundings.ts";
import type { FileVersion } from "../entities/versions.ts";
import { bigintOf } from "../int64.ts";
import * as L from "../rows/layout.ts";
import type { SysflowRows } from "../rows/sysflow-rows.ts";
import { K8S_EVENT, PROCESS_EVENT, RECORD_TYPES } from "../schema/names.ts";
import { type Attribute, findAttribute, valueText } from "./attributes.ts";

/**
 * Flat records: for each, where its row begins in the words that were decoded, and references to the versions of the
 * entities around it as they were when it happened. Nothing is copied; whatever is read is read through the attributes.
 */
export class FlatRows implements FlatBatch {
  readonly records: number;
  readonly bytes: number;
  /** The words of the rows, and the bytes that their strings lie in: those of the batch that the records come from. */
  readonly words: Int32Array;
  readonly text: Buffer;
  /** By record: where its row begins. */
  readonly bases: Int32Array;
  /** By record: header, process, ancestors, container and pod. */
  readonly around: readonly Surroundings[];
  /** By record: the file. */
  readonly files: readonly (FileVersion | undefined)[];
  /** By record: the second file of a rename or link; absent if no record has one. */
  readonly newFiles: readonly (FileVersion | undefined)[] | undefined;

  constructor(
    words: Int32Array,
    text: Buffer,
    bases: Int32Array,
    around: readonly Surroundings[],
    files: readonly (FileVersion | undefined)[],
    newFiles: readonly (FileVersion | undefined)[] | undefined,
    bytes: number,
  ) {
    this.records = bases.length;
    this.bytes = bytes;
    this.words = words;
    this.text = text;
    this.bases = bases;
    this.around = around;
    this.files = files;
    this.newFiles = newFiles;
  }

  *[Symbol.iterator](): Generator<FlatRecord> {
    const cursor = new FlatCursor(this, 0);
    for (let index = 0; index < this.records; index++) {
      cursor.index = index;
      yield cursor;
    }
  }

  /** The number of the type of a record. */
  type(index: number): number {
    return this.words[(this.bases[index] as number) + L.TYPE] as number;
  }

  /** The records `from` (included) to `to` (excluded). */
  slice(from: number, to: number): FlatRows {
    return new FlatRows(
      this.words,
      this.text,
      this.bases.subarray(from, to),
      this.around.slice(from, to),
      this.files.slice(from, to),
      this.newFiles?.slice(from, to),
      Math.ceil((this.bytes * (to - from)) / this.records),
    );
  }

  /** One record as a batch of its own, with a copy of all that lies in memory shared with others. */
  detach(index: number): FlatRows {
    const base = this.bases[index] as number;
    const words = this.words.slice(base, base + L.STRIDE);
    return new FlatRows(
      words,
      detachText(words, this.text),
      Int32Array.of(0),
      [this.around[index] as Surroundings],
      [this.files[index]],
      this.newFiles && [this.newFiles[index]],
      Math.ceil(this.bytes / this.records),
    );
  }
}

/** Copies the bytes that a row of a flat record refers to, and makes the row refer to the copy. */
function detachText(words: Int32Array, text: Buffer): Buffer {
  const copy = (from: number, to: number): Buffer => Uint8Array.prototype.slice.call(text, from, to) as Buffer;
  if (words[L.TYPE] === K8S_EVENT) {
    const at = words[L.MESSAGE] as number;
    words[L.MESSAGE] = 0;
    return copy(at, at + Math.max(0, words[L.MESSAGE + 1] as number));
  }
  // Arguments of an event have no attribute.
  if (words[L.TYPE] === PROCESS_EVENT) words[L.ARGS] = -1;
  return copy(0, 0);
}

/** A flat record as a place in a batch. {@link FlatRows} has one that moves. */
export class FlatCursor implements FlatRecord {
  readonly batch: FlatRows;
  index: number;

  constructor(batch: FlatRows, index: number) {
    this.batch = batch;
    this.index = index;
  }

  get type(): FlatType {
    return RECORD_TYPES[this.batch.type(this.index)] as FlatType;
  }

  get ts(): bigint {
    const base = this.batch.bases[this.index] as number;
    return bigintOf(this.batch.words[base + L.TS] as number, this.batch.words[base + L.TS + 1] as number);
  }

  get(attribute: string): AttributeValue | undefined {
    return this.#find(attribute)?.get(this.batch, this.index);
  }

  text(attribute: string): string {
    const found = this.#find(attribute);
    return found ? valueText(found.get(this.batch, this.index)) : "";
  }

  retain(): FlatRecord {
    return new FlatCursor(this.batch.detach(this.index), 0);
  }

  #find(attribute: string): Attribute | undefined {
    return findAttribute(attribute);
  }
}

/** Gathers the flat records of one batch of rows. */
export class FlatBuilder {
  #rows: SysflowRows | undefined;
  #bases: Int32Array = new Int32Array(0);
  #count = 0;
  #around: (Surroundings | undefined)[] = [];
  #files: (FileVersion | undefined)[] = [];
  #newFiles: (FileVersion | undefined)[] | undefined;

  begin(rows: SysflowRows): void {
    this.#rows = rows;
    this.#bases = new Int32Array(rows.records);
    this.#count = 0;
    // Arrays of their full length are not copied as they grow; filled ones are of one kind from the first record on.
    this.#around = new Array<Surroundings | undefined>(rows.records).fill(undefined);
    this.#files = new Array<FileVersion | undefined>(rows.records).fill(undefined);
    this.#newFiles = undefined;
  }

  add(base: number, around: Surroundings, file: FileVersion | undefined, newFile: FileVersion | undefined): void {
    const index = this.#count++;
    this.#bases[index] = base;
    this.#around[index] = around;
    this.#files[index] = file;
    if (newFile !== undefined) (this.#newFiles ??= [])[index] = newFile;
  }

  /** The records that were gathered, `undefined` for none. */
  end(): FlatRows | undefined {
    const rows = this.#rows;
    const count = this.#count;
    if (!rows || count === 0) return undefined;
    this.#rows = undefined;
    this.#around.length = count;
    this.#files.length = count;
    const bytes = Math.ceil((rows.bytes * count) / rows.records);
    return new FlatRows(rows.words, rows.text, this.#bases.subarray(0, count), this.#around as Surroundings[], this.#files, this.#newFiles, bytes);
  }
}
