import { ABI, type Brand } from "@millrace/api";
import type { EventBatch, FlatRecord, SysflowEvent } from "@millrace/api/sysflow";
import { FlatCursor, type FlatRows } from "../flat/flat-rows.ts";
import { LAYOUT } from "../rows/layout.ts";

/** The property by which a batch of events over flat rows is recognised, whichever copy of this package made it. */
export const EVENTS: unique symbol = Symbol.for("millrace.sysflow.events");

interface EventsBrand extends Brand {
  readonly layout: number;
}

/** What an event carries of a rule that matched. */
export interface EventRule {
  readonly name: string;
  readonly desc: string;
  /** How grave it is: 0 informational, 1 low, 2 medium, 3 high, 4 critical. */
  readonly priority: number;
  readonly tags: readonly string[];
}

/** What rules say of an event. Events of which they say the same should share one object: encoders remember what they made of it. */
export interface EventVerdict {
  /** The rules that matched, in their order. */
  readonly rules: readonly EventRule[];
}

/** The tags that actions have added to an event, `undefined` for none. */
export type ContextTags = readonly string[] | undefined;

/** Events as an overlay over flat records, which are shared and never changed: which records are meant, and what rules said of each. */
export class EventRows implements EventBatch {
  readonly records: number;
  readonly bytes: number;
  readonly flat: FlatRows;
  /** By event: its record in {@link flat}. */
  readonly indexes: Int32Array;
  /** By event: what rules said. */
  readonly verdicts: readonly EventVerdict[];
  /** By event: tags that actions have added; absent while there are none. */
  #contextTags: ContextTags[] | undefined;

  constructor(flat: FlatRows, indexes: Int32Array, verdicts: readonly EventVerdict[], contextTags?: readonly ContextTags[]) {
    this.flat = flat;
    this.indexes = indexes;
    this.verdicts = verdicts;
    this.#contextTags = contextTags?.slice();
    this.records = indexes.length;
    this.bytes = Math.ceil((flat.bytes * indexes.length) / flat.records);
    Object.defineProperty(this, EVENTS, { value: { abi: ABI, layout: LAYOUT } satisfies EventsBrand });
  }

  /** All records of a batch as events of which rules say the same. */
  static all(flat: FlatRows, verdict: EventVerdict): EventRows {
    const indexes = new Int32Array(flat.records);
    for (let index = 0; index < indexes.length; index++) indexes[index] = index;
    return new EventRows(flat, indexes, new Array<EventVerdict>(flat.records).fill(verdict));
  }

  *[Symbol.iterator](): Generator<SysflowEvent> {
    const cursor = new EventCursor(this, 0);
    for (let event = 0; event < this.records; event++) {
      cursor.event = event;
      yield cursor;
    }
  }

  /** By event: the tags that actions have added; `undefined` if no event has any. */
  get contextTags(): readonly ContextTags[] | undefined {
    return this.#contextTags;
  }

  /** Adds a tag to an event. */
  addTag(event: number, tag: string): void {
    this.#contextTags ??= new Array<ContextTags>(this.records).fill(undefined);
    this.#contextTags[event] = [...(this.#contextTags[event] ?? []), tag];
  }

  /** The events `from` (included) to `to` (excluded). */
  slice(from: number, to: number): EventRows {
    return new EventRows(this.flat, this.indexes.subarray(from, to), this.verdicts.slice(from, to), this.#contextTags?.slice(from, to));
  }
}

/** Whether a batch is rows of the layout that this copy of the package knows. */
export function isEventRows(batch: EventBatch): batch is EventRows {
  return (batch as { readonly [EVENTS]?: EventsBrand })[EVENTS]?.layout === LAYOUT;
}

/** An event as a place in a batch. {@link EventRows} has one that moves. */
export class EventCursor implements SysflowEvent {
  readonly batch: EventRows;
  readonly #record: FlatCursor;
  #event: number;

  constructor(batch: EventRows, event: number) {
    this.batch = batch;
    this.#event = event;
    this.#record = new FlatCursor(batch.flat, batch.indexes[event] as number);
  }

  get event(): number {
    return this.#event;
  }

  set event(event: number) {
    this.#event = event;
    this.#record.index = this.batch.indexes[event] as number;
  }

  get record(): FlatRecord {
    return this.#record;
  }

  get rules(): readonly string[] {
    return (this.batch.verdicts[this.#event] as EventVerdict).rules.map(({ name }) => name);
  }

  /** What actions have added, then the tags of each rule. A tag that was given twice stands there twice. */
  get tags(): readonly string[] {
    const { rules } = this.batch.verdicts[this.#event] as EventVerdict;
    return [...(this.batch.contextTags?.[this.#event] ?? []), ...rules.flatMap(({ tags }) => tags)];
  }

  addTag(tag: string): void {
    this.batch.addTag(this.#event, tag);
  }
}

/** Gathers the events of one batch of flat records. */
export class EventBuilder {
  readonly #flat: FlatRows;
  readonly #indexes: Int32Array;
  readonly #verdicts: EventVerdict[] = [];

  constructor(flat: FlatRows) {
    this.#flat = flat;
    this.#indexes = new Int32Array(flat.records);
  }

  /**
   * Adds an event; at most one for each record, in their order.
   *
   * @param index - its record
   */
  add(index: number, verdict: EventVerdict): void {
    this.#indexes[this.#verdicts.length] = index;
    this.#verdicts.push(verdict);
  }

  /** The events that were gathered, `undefined` for none. */
  end(): EventRows | undefined {
    const count = this.#verdicts.length;
    return count === 0 ? undefined : new EventRows(this.#flat, this.#indexes.subarray(0, count), this.#verdicts);
  }
}
