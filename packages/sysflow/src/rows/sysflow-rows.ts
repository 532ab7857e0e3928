import type { Buffer } from "node:buffer";
import { ABI, type Brand, isMillraceError, type MillraceError } from "@millrace/api";
import type { SysflowBatch, SysflowRecord } from "@millrace/api/sysflow";
import { RecordBuilder } from "./from-records.ts";
import { LAYOUT, STRIDE } from "./layout.ts";
import { recordAt } from "./to-records.ts";

/** By this a batch of decoded rows is recognised, whichever copy of this package made it. */
export interface RowsBrand extends Brand {
  /** The fingerprint of the layout of a row. */
  readonly layout: number;
}

const BRAND: RowsBrand = { abi: ABI, layout: LAYOUT };

/**
 * Records as they were decoded: rows of words (see layout.ts), and the bytes that their strings lie in. Several batches
 * may share the words and the bytes. Iterating makes plain records; those who want speed read the rows.
 */
export class SysflowRows implements SysflowBatch {
  readonly records: number;
  readonly bytes: number;
  /** {@link STRIDE} words a row. */
  readonly words: Int32Array;
  /** What the offsets in the rows point into. */
  readonly text: Buffer;
  /** The first row of this batch; there are `records` of them. */
  readonly first: number;
  /** What has no room in a row: pods, as the schema wrote them. */
  readonly values: readonly unknown[];
  /** The schema that the records were written by; absent where they were not decoded. */
  readonly schema: string | undefined;

  constructor(words: Int32Array, text: Buffer, first: number, records: number, bytes: number, values: readonly unknown[] = [], schema?: string) {
    this.words = words;
    this.text = text;
    this.first = first;
    this.records = records;
    this.bytes = bytes;
    this.values = values;
    this.schema = schema;
  }

  get rowsBrand(): RowsBrand {
    return BRAND;
  }

  *[Symbol.iterator](): Generator<SysflowRecord> {
    for (let row = this.first; row < this.first + this.records; row++) yield recordAt(this, row * STRIDE);
  }

  /** The rows `from` (included) to `to` (excluded), counted from the first one of this batch. */
  slice(from: number, to: number): SysflowRows {
    const bytes = Math.ceil((this.bytes * (to - from)) / this.records);
    return new SysflowRows(this.words, this.text, this.first + from, to - from, bytes, this.values, this.schema);
  }
}

/** Rows for any batch of records: the batch itself where it has rows of our layout, otherwise rows made from its records. */
export function rowsOf(batch: SysflowBatch, refused?: Refused): SysflowRows {
  const brand = (batch as { readonly rowsBrand?: RowsBrand }).rowsBrand;
  return brand?.abi === ABI && brand.layout === LAYOUT ? (batch as SysflowRows) : rowsFrom(batch, refused);
}

/** Told of a record that can't be put into a row, and left out. */
export type Refused = (cause: MillraceError, index: number) => void;

/**
 * A batch from plain records.
 *
 * @param refused - told of a record with a value that the format can't hold; without it, such a record is an error
 * @throws MillraceError `MILLRACE_RECORD_VALUE`
 */
export function rowsFrom(records: Iterable<SysflowRecord>, refused?: Refused): SysflowRows {
  const builder = new RecordBuilder();
  let index = 0;
  for (const record of records) {
    try {
      builder.add(record);
    } catch (cause) {
      if (!refused || !isMillraceError(cause)) throw cause;
      refused(cause, index);
    }
    index++;
  }
  const { words, text, count, values } = builder.end();
  return new SysflowRows(words, text, 0, count, text.length + count * 32, values);
}
