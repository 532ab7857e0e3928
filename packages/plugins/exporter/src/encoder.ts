import type { EventRows } from "@millrace/sysflow";
import type { JsonWriter } from "./bytes/json-writer.ts";

/** Turns events into the lines of one format. */
export interface Encoder {
  /** Writes an event of a batch, with the line end. */
  encode(batch: EventRows, event: number): void;
  /** What tells an event from all others, the same each time; absent where the format has no such thing. */
  id?(batch: EventRows, event: number): string;
  /** Where it writes to. */
  readonly out: JsonWriter;
}
