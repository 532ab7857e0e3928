import type { EventBatch, FlatRecord, SysflowEvent } from "@millrace/api/sysflow";
import type { EventVerdict } from "@millrace/sysflow";

/** About how many bytes a record takes whose size nobody knows. */
const BYTES_PER_RECORD = 256;

/** Events over records that are not rows, each a record of its own. */
export class PlainEvents implements EventBatch {
  readonly records: number;
  readonly bytes: number;
  readonly #events: readonly PlainEvent[];

  constructor(events: readonly { readonly record: FlatRecord; readonly verdict: EventVerdict }[]) {
    this.#events = events.map(({ record, verdict }) => new PlainEvent(record, verdict));
    this.records = events.length;
    this.bytes = events.length * BYTES_PER_RECORD;
  }

  [Symbol.iterator](): Iterator<PlainEvent> {
    return this.#events[Symbol.iterator]();
  }
}

class PlainEvent implements SysflowEvent {
  readonly record: FlatRecord;
  readonly verdict: EventVerdict;
  readonly #added: string[] = [];

  constructor(record: FlatRecord, verdict: EventVerdict) {
    this.record = record;
    this.verdict = verdict;
  }

  get rules(): readonly string[] {
    return this.verdict.rules.map(({ name }) => name);
  }

  get tags(): readonly string[] {
    return [...this.#added, ...this.verdict.rules.flatMap(({ tags }) => tags)];
  }

  addTag(tag: string): void {
    this.#added.push(tag);
  }
}
