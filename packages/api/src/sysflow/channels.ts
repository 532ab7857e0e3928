import type { BatchData } from "../batch.ts";
import type { RecordType, SysflowRecord } from "./records.ts";

/**
 * Records of a trace, in their order. Iterating decodes them; the reader decodes them faster by its own way. The memory
 * behind it is used again once the batch has ended: what was iterated stays, the batch itself does not.
 */
export interface SysflowBatch extends BatchData, Iterable<SysflowRecord> {}

/** The types of records that become flat records. */
export type FlatType = Extract<RecordType, "PE" | "NF" | "FF" | "FE" | "KE">;

/** The value of an attribute. An attribute that does not apply to a record is zero: `""`, `0n`, `0`, `false` or `[]`. */
export type AttributeValue = string | number | bigint | boolean | readonly (string | number | bigint | boolean)[];

/**
 * One event with all that is known around it: a cursor over a {@link FlatBatch}, valid until the loop goes on. What is to
 * be kept longer is kept by `retain()`.
 */
export interface FlatRecord {
  readonly type: FlatType;
  /** Nanoseconds since the epoch. */
  readonly ts: bigint;
  /** The value of an attribute such as `sf.proc.exe` (docs/policies/attributes.md lists them), `undefined` for an unknown name. */
  get(attribute: string): AttributeValue | undefined;
  /** The same as text: numbers in decimal, lists joined by commas, `""` for an unknown name. */
  text(attribute: string): string;
  /** A record of its own that stays valid. */
  retain(): FlatRecord;
}

/**
 * Flat records in their order. The iterator gives one cursor that moves. The memory behind it is used again once the batch
 * has ended: whoever needs a record longer keeps its {@link FlatRecord.retain}, or holds the batch.
 */
export interface FlatBatch extends BatchData, Iterable<FlatRecord> {}

/** What an action and an exporter see of an event: the shared record, and what rules said of it. */
export interface SysflowEvent {
  readonly record: FlatRecord;
  /** Names of the rules that matched, in the order of the rules. */
  readonly rules: readonly string[];
  readonly tags: readonly string[];
  addTag(tag: string): void;
}

/** Events in their order. The iterator gives one cursor that moves. */
export interface EventBatch extends BatchData, Iterable<SysflowEvent> {}
