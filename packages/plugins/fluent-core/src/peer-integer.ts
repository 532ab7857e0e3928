import type { Logger } from "@millrace/api";
import { z } from "zod";

/** An integer as the family reads it. */
export interface PeerInteger {
  readonly value: number;
  /** The text that is no number, where it is none. */
  readonly unread: string | undefined;
}

/**
 * An integer option of a core plugin. Fluent Bit reads the digits that a text begins with, and takes one without any for
 * 0; such a text runs here too, and {@link warnUnread} names it.
 */
export function peerInteger(value: number): z.ZodDefault<z.ZodPipe<z.ZodUnion<readonly [z.ZodInt, z.ZodString]>, z.ZodTransform<PeerInteger, string | number>>> {
  return z.union([z.int(), z.string()]).transform(read).default({ value, unread: undefined });
}

/** Warns of each option that was written as something that is no number. */
export function warnUnread(log: Logger, options: Readonly<Record<string, unknown>>): void {
  for (const [key, option] of Object.entries(options)) {
    const { unread, value } = (option ?? {}) as Partial<PeerInteger>;
    if (unread !== undefined) log.warn(`${key} '${unread}' is no number: it counts as ${value}`);
  }
}

function read(written: string | number): PeerInteger {
  if (typeof written === "number") return { value: written, unread: undefined };
  const value = Number.parseInt(written, 10);
  return { value: Number.isNaN(value) ? 0 : value, unread: /^\s*[+-]?\d+\s*$/.test(written) ? undefined : written };
}
