import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@millrace/api";
import { type Host, MetricsRegistry, systemClock, type VirtualClock, virtualClock } from "@millrace/core";
import { keepingLogger, type LogLine } from "./log.ts";

/** What a run of a test takes from its surroundings, and what the test sees of it afterwards. */
export interface Surroundings {
  readonly host: Host;
  readonly clock: Clock;
  readonly virtual: VirtualClock | undefined;
  readonly lines: LogLine[];
  readonly metrics: MetricsRegistry;
  /** Removes what was made for the test. */
  remove(): Promise<void>;
}

export function surroundings(options: {
  readonly clock: "virtual" | "system" | Clock;
  readonly seed: number;
  readonly stateDirectory: string | undefined;
}): Surroundings {
  const virtual = options.clock === "virtual" ? virtualClock() : undefined;
  const clock = virtual ?? (options.clock === "system" ? systemClock : (options.clock as Clock));
  const lines: LogLine[] = [];
  const metrics = new MetricsRegistry();
  let made: Promise<string> | undefined;
  const root = (): Promise<string> =>
    options.stateDirectory === undefined ? (made ??= mkdtemp(join(tmpdir(), "millrace-test-"))) : Promise.resolve(options.stateDirectory);
  return {
    clock,
    virtual,
    lines,
    metrics,
    host: {
      clock,
      random: randomFrom(options.seed),
      logger: (name) => keepingLogger(name, lines),
      metrics: (name) => metrics.of(name),
      async stateDirectory(name) {
        const path = join(await root(), encodeURIComponent(name));
        await mkdir(path, { recursive: true });
        return path;
      },
    },
    async remove() {
      if (made !== undefined) await rm(await made, { recursive: true, force: true });
    },
  };
}

/** Numbers from 0 up to, not including, 1: the generator mulberry32 by Tommy Ettinger (public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
