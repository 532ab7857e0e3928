import type { AttributeValue, EventBatch, FlatBatch, FlatRecord, FlatType, SysflowEvent } from "@millrace/api/sysflow";

/** A flat record by its attributes, such as `{ type: "PE", "sf.proc.exe": "/bin/ls" }`. What is not given is unknown. */
export interface FlatSketch {
  readonly type: FlatType;
  /** Nanoseconds since the epoch; a millisecond after the one before, if absent. */
  readonly ts?: bigint;
  readonly [attribute: string]: AttributeValue | undefined;
}

/** The time of the first record, in nanoseconds since the epoch. */
const FIRST_NANOS = 1_600_000_000_000_000_000n;
const NANOS_PER_MS = 1_000_000n;
const BYTES_PER_RECORD = 100;

/** Flat records that have just the attributes that are given. A trace gives whole ones: see `Scenario`. */
export function flat(...sketches: readonly FlatSketch[]): FlatBatch {
  return flatBatch(sketches.map((sketch, index) => flatRecord(sketch, sketch.ts ?? FIRST_NANOS + BigInt(index) * NANOS_PER_MS)));
}

/** Flat records as a batch; iterating gives one cursor that moves. */
export function flatBatch(records: readonly FlatRecord[]): FlatBatch {
  return {
    records: records.length,
    bytes: records.length * BYTES_PER_RECORD,
    *[Symbol.iterator]() {
      const cursor = new Cursor(records);
      while (cursor.advance()) yield cursor;
    },
  };
}

/** Events as a batch, each over its record. */
export function eventBatch(events: readonly SysflowEvent[]): EventBatch {
  return { records: events.length, bytes: events.length * BYTES_PER_RECORD, [Symbol.iterator]: () => events[Symbol.iterator]() };
}

/** An event over a record. */
export function sysflowEvent(record: FlatRecord, rules: readonly string[] = [], firstTags: readonly string[] = []): SysflowEvent {
  const tags = [...firstTags];
  return { record, rules, tags, addTag: (tag) => void tags.push(tag) };
}

function flatRecord(sketch: FlatSketch, ts: bigint): FlatRecord {
  const record: FlatRecord = {
    type: sketch.type,
    ts,
    get: (attribute) => (attribute === "sf.type" ? sketch.type : attribute === "sf.ts" ? ts : sketch[attribute]),
    text: (attribute) => textOf(record.get(attribute)),
    retain: () => record,
  };
  return record;
}

function textOf(value: AttributeValue | undefined): string {
  return value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);
}

class Cursor implements FlatRecord {
  private readonly records: readonly FlatRecord[];
  private index = -1;

  constructor(records: readonly FlatRecord[]) {
    this.records = records;
  }

  advance(): boolean {
    this.index += 1;
    return this.index < this.records.length;
  }

  get type(): FlatType {
    return this.here.type;
  }

  get ts(): bigint {
    return this.here.ts;
  }

  get(attribute: string): AttributeValue | undefined {
    return this.here.get(attribute);
  }

  text(attribute: string): string {
    return this.here.text(attribute);
  }

  retain(): FlatRecord {
    return this.here.retain();
  }

  private get here(): FlatRecord {
    return this.records[this.index] as FlatRecord;
  }
}
