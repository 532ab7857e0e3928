/** The parts of local time that lines show. */
export interface LineTime {
  /** `2026/11/21 08:15:00`. */
  readonly slashes: string;
  /** `2026-11-21T08:15:00+01:00`, `Z` for no offset: RFC 3339. */
  readonly rfc3339: string;
  /** `08:15:00`. */
  readonly clock: string;
  /** `947`. */
  readonly millis: string;
}

/** Turns milliseconds since the epoch into what lines show. The second is worked out once, however many lines it has. */
export function lineClock(): (now: number) => LineTime {
  let second = Number.NaN;
  let parts: Omit<LineTime, "millis"> = { slashes: "", rfc3339: "", clock: "" };
  return (now) => {
    const at = Math.floor(now / 1000);
    if (at !== second) {
      second = at;
      parts = partsOf(new Date(at * 1000));
    }
    return { ...parts, millis: pad(Math.floor(now) - at * 1000, 3) };
  };
}

function partsOf(date: Date): Omit<LineTime, "millis"> {
  const day = [pad(date.getFullYear(), 4), pad(date.getMonth() + 1, 2), pad(date.getDate(), 2)];
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part, 2)).join(":");
  return { slashes: `${day.join("/")} ${clock}`, clock, rfc3339: `${day.join("-")}T${clock}${offsetOf(date)}` };
}

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
