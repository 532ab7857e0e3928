import type { Bounds, Place, ServiceSpec } from "@millrace/api";
import type { DiagnosticBag } from "@millrace/text";

/** What a channel may hold, where its edge does not say. */
const EDGE_BOUNDS: { readonly records: number; readonly bytes: number } = { records: 16_384, bytes: 4_194_304 };

/** The bounds of an edge, filled in. */
export function boundsOf(given: Bounds | undefined): { readonly records: number; readonly bytes: number } {
  return { records: given?.records ?? EDGE_BOUNDS.records, bytes: given?.bytes ?? EDGE_BOUNDS.bytes };
}

/** Bounds are whole numbers from 1. */
export function checkBounds(bounds: Bounds, what: string, place: Place | undefined, bag: DiagnosticBag): void {
  for (const name of ["records", "bytes"] as const) {
    const value: unknown = bounds[name];
    if (value === undefined || value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 1)) continue;
    bag.error("MILLRACE_PLAN_BOUNDS", `${what}: ${name} must be a whole number from 1, not ${String(value)}`, { place });
  }
}

/** The settings of the whole pipeline that the runtime reads itself. */
export function checkService(service: ServiceSpec, bag: DiagnosticBag): void {
  const number = (name: "graceMs" | "healthMs", from: number, hint: string): void => {
    const value: unknown = service[name];
    if (value === undefined || (typeof value === "number" && !Number.isNaN(value) && (value >= from || (name === "graceMs" && value === -1)))) return;
    bag.error("MILLRACE_PLAN_SERVICE", `the service setting ${name} must be a number of milliseconds, not ${String(value)}`, { hint });
  };
  number("graceMs", 0, "0 ends at once, -1 waits for ever");
  number("healthMs", 1, "it is the time that all health checks together may take");
}
