import type { EventTime } from "@millrace/api/fluent";
import { jsonDouble } from "./number-text.ts";

/** How a time is written in JSON. */
export type DateFormat = "double" | "iso8601" | "epoch" | "epoch_ms" | "java_sql_timestamp";

/** Every {@link DateFormat}, the default first. */
export const DATE_FORMATS: readonly DateFormat[] = ["double", "iso8601", "epoch", "epoch_ms", "java_sql_timestamp"];

/** A time as a JSON value: a number, or a text with its quotes. Digits that have no place are cut off, never rounded. */
export function jsonDate(time: EventTime, format: DateFormat): string {
  switch (format) {
    case "double":
      return jsonDouble(time.seconds + time.nanoseconds / 1e9);
    case "iso8601":
      return `"${day(time)}T${clock(time)}Z"`;
    case "java_sql_timestamp":
      return `"${day(time)} ${clock(time)}"`;
    case "epoch":
      return String(time.seconds);
    case "epoch_ms":
      return String(time.seconds * 1000 + Math.floor(time.nanoseconds / 1e6));
  }
}

/** A time as `SECONDS.NNNNNNNNN`. */
export function eventTimeText(time: EventTime): string {
  return `${time.seconds}.${String(time.nanoseconds).padStart(9, "0")}`;
}

function day(time: EventTime): string {
  return new Date(time.seconds * 1000).toISOString().slice(0, 10);
}

function clock(time: EventTime): string {
  const micros = String(Math.floor(time.nanoseconds / 1000)).padStart(6, "0");
  return `${new Date(time.seconds * 1000).toISOString().slice(11, 19)}.${micros}`;
}
