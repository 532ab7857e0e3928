import { type EventTime, type FluentValue, partsOfExt, partsOfFloat } from "@millrace/api/fluent";

/** A value as Go prints it by `%v`: a map with its keys sorted, a list with blanks between, nil as `<nil>`. */
export function goText(value: FluentValue): string {
  if (value === null) return "<nil>";
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `[${value.join(" ")}]`;
  if (value instanceof Date) return value.toISOString();
  const float = partsOfFloat(value);
  if (float !== undefined) return String(float);
  const ext = partsOfExt(value);
  if (ext !== undefined) return `{${ext.type} [${ext.data.join(" ")}]}`;
  if (isList(value)) return `[${value.map(goText).join(" ")}]`;
  const entries = Object.entries(value as Record<string, FluentValue>).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${goText(inner)}`).join(" ")}]`;
}

/** A time as Go prints it: `2023-11-14 22:13:20.5 +0000 UTC`. */
export function goTime(time: EventTime): string {
  const fraction = String(time.nanoseconds).padStart(9, "0").replace(/0+$/, "");
  const [day, clock] = new Date(time.seconds * 1000).toISOString().split("T") as [string, string];
  return `${day} ${clock.slice(0, 8)}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

function isList(value: object): value is readonly FluentValue[] {
  return Array.isArray(value);
}
