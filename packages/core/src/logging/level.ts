import type { LogLevel } from "@millrace/api";

/** From what level on lines are written. `health`: health lines alone, where the shape has them; `quiet`: nothing. */
export type LogThreshold = LogLevel | "health" | "quiet";

/** What a line may be: a level of a logger, or one of three that the program itself writes. */
export type LineLevel = LogLevel | "fatal" | "health" | "perf";

const RANKS: Readonly<Record<LogThreshold, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, health: 5, quiet: 6 };

/** The order of levels and thresholds, from 0. */
export function rankOf(level: LogThreshold): number {
  return RANKS[level];
}

/** Whether a text is a threshold. */
export function isLogThreshold(text: string): text is LogThreshold {
  return Object.hasOwn(RANKS, text);
}
