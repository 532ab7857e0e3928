import type { PluginContext } from "../context.ts";
import { MillraceError } from "../error.ts";

/**
 * The settings that the family gives to every instance of a kind, read from `ctx.instance`. They come as the dialect
 * wrote them: as text from a file of the family, as numbers from a native one.
 */

/** A text of the instance, `undefined` where it is not set or empty. */
export function instanceText(ctx: PluginContext, key: string): string | undefined {
  const value = ctx.instance[key];
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

const SCALES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/**
 * A size in bytes, 0 where it is not set: a number, then `K`, `M` or `G` (thousands, decimal), then `B` if one likes.
 * `false` is 0. Anything else is an error `MILLRACE_FLUENT_SIZE`.
 */
export function instanceSize(ctx: PluginContext, key: string): number {
  const text = instanceText(ctx, key)?.trim().toLowerCase();
  if (text === undefined || text === "false") return 0;
  const [, digits, scale = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new MillraceError("MILLRACE_FLUENT_SIZE", `${key} is no size: ${text}`, { hint: "write a number of bytes, or one with K, M or G" });
  }
  return Math.floor(Number(digits) * (SCALES[scale] as number));
}

/** How many times a chunk is tried again. */
export interface RetryLimit {
  /** 0 or more, or infinity. */
  readonly times: number;
  /** What was written and is neither a number nor a known word: then it counts as 1, as the peer has it. */
  readonly unknown: string | undefined;
}

/** The `retry_limit` of an output: a number, `no_limits` (or `false`, `off`), or `no_retries`. 1 where it is not set. */
export function retryLimit(ctx: PluginContext): RetryLimit {
  const text = instanceText(ctx, "retry_limit")?.trim().toLowerCase();
  if (text === undefined) return { times: 1, unknown: undefined };
  if (["no_limits", "false", "off"].includes(text)) return { times: Number.POSITIVE_INFINITY, unknown: undefined };
  if (text === "no_retries") return { times: 0, unknown: undefined };
  return /^\d+$/.test(text) ? { times: Number(text), unknown: undefined } : { times: 1, unknown: text };
}

/** Seconds before retry `n`, 1-based: one, and a uniform choice between the base and the smaller of the cap and base·2^n. */
export function retryWait(n: number, service: Readonly<Record<string, unknown>>, random: number): number {
  const base = positive(service["scheduler.base"], 5);
  const cap = positive(service["scheduler.cap"], 2000);
  const top = Math.max(base, Math.min(cap, base * 2 ** n));
  return 1 + base + Math.floor(random * (top - base + 1));
}

function positive(value: unknown, otherwise: number): number {
  const number = Number(value ?? Number.NaN);
  return number > 0 && Number.isFinite(number) ? Math.floor(number) : otherwise;
}
