import type { Buffer } from "node:buffer";
import * as L from "../rows/layout.ts";
import type { RowSource } from "../rows/to-records.ts";

/** A record of more bytes is not remembered. */
const MAX_LENGTH = 16_384;

/**
 * Versions of entities by the bytes of the records that they were made from. A collector tells again of all there is after
 * each header; who says the same in the same bytes gets the same version, with all that was worked out from it.
 *
 * Bounded, in sets of two places. Unless it keeps at once, only a hash is noted of a record that is seen for the first time,
 * so that a trace in which nothing comes again costs little and holds nothing. Bytes lie in a ring, in which the oldest make
 * room.
 */
export class VersionCache<T extends object> {
  readonly #mask: number;
  readonly #hashes: Int32Array;
  readonly #versions: (T | undefined)[];
  readonly #lengths: Int32Array;
  /** Where the bytes of a version were put, counted from the beginning of time. */
  readonly #places: Float64Array;
  readonly #ring: DataView<ArrayBuffer>;
  #put = 0;
  #schema: string | undefined;
  #text: Buffer | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** What the last look-up has found out: where its record belongs, -1 for nowhere, and whether it was seen before. */
  #slot = -1;
  #again = false;
  readonly #atOnce: boolean;

  /**
   * @param sets - a power of two
   * @param bytes - room for the bytes of records
   * @param atOnce - whether a version is kept when it is seen for the first time
   */
  constructor(sets: number, bytes: number, atOnce: boolean) {
    this.#atOnce = atOnce;
    this.#mask = sets - 1;
    this.#hashes = new Int32Array(sets * 2);
    this.#versions = new Array<T | undefined>(sets * 2).fill(undefined);
    this.#lengths = new Int32Array(sets * 2);
    this.#places = new Float64Array(sets * 2);
    this.#ring = new DataView(new ArrayBuffer(bytes));
  }

  /** The version that was made from a record of the same bytes, if it is still known. */
  find(rows: RowSource, base: number): T | undefined {
    const at = rows.words[base + L.RAW] as number;
    const length = rows.words[base + L.RAW + 1] as number;
    this.#slot = -1;
    if (length < 8 || length > MAX_LENGTH || rows.schema === undefined) return undefined;
    if (rows.schema !== this.#schema) this.#begin(rows.schema);
    if (rows.text !== this.#text) {
      this.#text = rows.text;
      this.#view = new DataView(rows.text.buffer, rows.text.byteOffset, rows.text.length);
    }
    const hash = this.#hash(at, length);
    const first = ((hash >>> 1) & this.#mask) << 1;
    if (this.#hashes[first] === hash) return this.#at(first, at, length);
    if (this.#hashes[first + 1] === hash) return this.#at(first + 1, at, length);
    this.#move(first, first + 1);
    this.#hashes[first] = hash;
    this.#note(first, at, length, false);
    return undefined;
  }

  /** Remembers the version for the record that was last looked up in vain. */
  keep(version: T): void {
    const slot = this.#slot;
    if (slot < 0 || !(this.#again || this.#atOnce)) return;
    const length = this.#lengths[slot] as number;
    const ring = this.#ring;
    // What would hang over the end goes to the beginning.
    let place = this.#put % ring.byteLength;
    if (place + length > ring.byteLength) {
      this.#put += ring.byteLength - place;
      place = 0;
    }
    const from = this.#places[slot] as number;
    const view = this.#view;
    for (let i = 0; i + 4 <= length; i += 4) ring.setInt32(place + i, view.getInt32(from + i, true), true);
    ring.setInt32(place + length - 4, view.getInt32(from + length - 4, true), true);
    this.#places[slot] = this.#put;
    this.#put += length;
    this.#versions[slot] = version;
  }

  #begin(schema: string): void {
    this.#schema = schema;
    this.#hashes.fill(0);
    this.#versions.fill(undefined);
  }

  #at(slot: number, at: number, length: number): T | undefined {
    const version = this.#versions[slot];
    if (version !== undefined && this.#lengths[slot] === length && this.#same(this.#places[slot] as number, at, length)) return version;
    this.#note(slot, at, length, true);
    return undefined;
  }

  #note(slot: number, at: number, length: number, again: boolean): void {
    this.#slot = slot;
    this.#again = again;
    this.#versions[slot] = undefined;
    this.#lengths[slot] = length;
    this.#places[slot] = at;
  }

  #same(put: number, at: number, length: number): boolean {
    const ring = this.#ring;
    // Overwritten by now.
    if (this.#put - put > ring.byteLength) return false;
    const place = put % ring.byteLength;
    const view = this.#view;
    for (let i = 0; i + 4 <= length; i += 4) if (ring.getInt32(place + i, true) !== view.getInt32(at + i, true)) return false;
    return ring.getInt32(place + length - 4, true) === view.getInt32(at + length - 4, true);
  }

  #move(from: number, to: number): void {
    this.#hashes[to] = this.#hashes[from] as number;
    this.#versions[to] = this.#versions[from];
    this.#lengths[to] = this.#lengths[from] as number;
    this.#places[to] = this.#places[from] as number;
  }

  #hash(at: number, length: number): number {
    const view = this.#view;
    // Two by turns, so that no product waits for the one just before.
    let even = Math.imul(length, 0x85ebca6b);
    let odd = view.getInt32(at + length - 4, true);
    let i = 0;
    for (; i + 8 <= length; i += 8) {
      even = Math.imul(even ^ (even >>> 15) ^ view.getInt32(at + i, true), 0x9e3779b1);
      odd = Math.imul(odd ^ (odd >>> 13) ^ view.getInt32(at + i + 4, true), 0xc2b2ae35);
    }
    if (i + 4 <= length) even = Math.imul(even ^ (even >>> 15) ^ view.getInt32(at + i, true), 0x9e3779b1);
    const hash = even ^ (odd >>> 11) ^ (odd << 21);
    // Never 0, which stands for a free place.
    return (hash ^ (hash >>> 16)) | 1;
  }
}
