import type { Logger } from "@millrace/api";
import * as z from "zod";

/**
 * An integer option of a core plugin. Fluent Bit reads the digits that a text begins with, and takes one without any for
 * 0; such a text runs here too, read by {@link readInteger} and named by {@link warnUnread}.
 */
export function peerInteger(value: number): z.ZodDefault<z.ZodUnion<readonly [z.ZodInt, z.ZodString]>> {
  return z.union([z.int(), z.string()]).default(value);
}

/** The integer that an option says. */
export function readInteger(written: number | string): number {
  const value = typeof written === "number" ? written : Number.parseInt(written, 10);
  return Number.isNaN(value) ? 0 : value;
}

/** Warns of each of these options that was written as something that is no number. */
export function warnUnread(log: Logger, options: Readonly<Record<string, number | string>>): void {
  for (const [key, written] of Object.entries(options)) {
    if (typeof written === "number" || /^\s*[+-]?\d+\s*$/.test(written)) continue;
    log.warn(`${key} '${written}' is no number: it counts as ${readInteger(written)}`);
  }
}
