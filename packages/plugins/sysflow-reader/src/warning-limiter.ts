import type { PluginContext } from "@millrace/api";

/** How long one kind of warning is quiet after a line, in milliseconds. */
const QUIET_MS = 10_000;

interface Kind {
  until: number;
  held: number;
}

/** Warnings that could come with every record: a line of each kind at once, then at most one in ten seconds, with the number of those between. */
export class WarningLimiter {
  readonly #ctx: Pick<PluginContext, "clock" | "log">;
  readonly #kinds: Map<string, Kind> = new Map();

  constructor(ctx: Pick<PluginContext, "clock" | "log">) {
    this.#ctx = ctx;
  }

  /** Whether a warning of this kind is to be written now; if not, it is counted. */
  wanted(kind: string): boolean {
    const known = this.#kinds.get(kind);
    if (!known) return true;
    // The clock is asked for now and then only: this may be called for every record.
    if ((known.held & 255) === 255 && this.#ctx.clock.monotonic() >= known.until) return true;
    known.held++;
    return false;
  }

  warn(kind: string, text: string): void {
    const held = this.#kinds.get(kind)?.held ?? 0;
    this.#kinds.set(kind, { until: this.#ctx.clock.monotonic() + QUIET_MS, held: 0 });
    this.#ctx.log.warn(held === 0 ? text : `${text} (and ${held} more of this kind)`);
  }

  /** Says how many were not written since the last line of each kind. */
  flush(): void {
    for (const [kind, known] of this.#kinds) {
      if (known.held > 0) this.#ctx.log.warn(`${known.held} more warnings of this kind: ${kind}`);
      known.held = 0;
    }
  }
}
