import type { EventBatch, SysflowRecord } from "@millrace/api/sysflow";
import { EventRows, type EventVerdict, type FlatRows, flatten } from "@millrace/sysflow";
import { JsonWriter } from "../../src/bytes/json-writer.ts";
import { EcsEncoder } from "../../src/ecs/ecs-encoder.ts";
import type { Encoder } from "../../src/encoder.ts";
import { JsonEncoder } from "../../src/json/json-encoder.ts";

const NO_RULES: EventVerdict = { rules: [] };

/** Every record of a batch as an event on which rules say the same. */
export function eventsOf(flat: FlatRows, verdict: EventVerdict = NO_RULES): EventRows {
  return new EventRows(
    flat,
    Int32Array.from({ length: flat.records }, (_, index) => index),
    new Array<EventVerdict>(flat.records).fill(verdict),
  );
}

/** The events of plain records. */
export function eventsFrom(records: Iterable<SysflowRecord>, verdict?: EventVerdict): EventRows {
  return eventsOf(flatten(records) as FlatRows, verdict);
}

/** An encoder, by the name of its format. Little is kept in a small arena, and pages grow with their records. */
export function encoder(format: "json" | "ecs", arenaBytes = 1 << 20, pageBytes = 1 << 16): Encoder {
  const out = new JsonWriter(arenaBytes, pageBytes);
  return format === "json" ? new JsonEncoder(out, 5) : new EcsEncoder(out, "0.1.0", "8.2");
}

/** The lines of a batch, without their line ends. */
export function lines(batch: EventRows, to: Encoder): string[] {
  return Array.from({ length: batch.records }, (_, event) => {
    to.encode(batch, event);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(to.out.turn());
    if (!text.endsWith("}\n") || text.indexOf("\n") !== text.length - 1) throw new Error(`not one line: ${JSON.stringify(text)}`);
    return text.slice(0, -1);
  });
}

/** Hides that a batch has rows: what is left is what any plugin may send. */
export function withoutRows(batch: EventBatch): EventBatch {
  return { records: batch.records, bytes: batch.bytes, [Symbol.iterator]: () => batch[Symbol.iterator]() };
}
