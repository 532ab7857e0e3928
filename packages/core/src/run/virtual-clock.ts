import type { Clock, Timer } from "@millrace/api";
import { sleep } from "./system-clock.ts";

/** A clock that stands still until it is told to go on. The same calls in the same order give the same times. */
export interface VirtualClock extends Clock {
  /** Milliseconds until the next timer, or `undefined` if there is none. */
  untilNext(): number | undefined;
  /** Goes on by so many milliseconds, calls every timer on the way at its time, and lets what follows from each run. */
  advance(ms: number): Promise<void>;
  /** Goes on to the next timer and calls it. Gives `false` if there is none. Lets nothing else run. */
  step(): boolean;
}

interface Entry {
  due: number;
  readonly order: number;
  readonly every: number | undefined;
  readonly callback: () => void;
}

/** Makes a virtual clock that starts at `start`, in milliseconds since the epoch. */
export function virtualClock(start: number = Date.UTC(2020, 0, 1)): VirtualClock {
  let elapsed = 0;
  let order = 0;
  const entries = new Set<Entry>();

  const first = (): Entry | undefined => {
    let best: Entry | undefined;
    for (const entry of entries) {
      if (best === undefined || entry.due < best.due || (entry.due === best.due && entry.order < best.order)) best = entry;
    }
    return best;
  };
  const add = (ms: number, every: number | undefined, callback: () => void): Timer => {
    order += 1;
    const entry: Entry = { due: elapsed + Math.max(0, ms), order, every, callback };
    entries.add(entry);
    return { cancel: () => void entries.delete(entry) };
  };
  const fire = (entry: Entry): void => {
    elapsed = Math.max(elapsed, entry.due);
    if (entry.every === undefined) entries.delete(entry);
    else entry.due += entry.every;
    entry.callback();
  };

  const clock: VirtualClock = {
    now: () => start + elapsed,
    nanos: () => BigInt(Math.round((start + elapsed) * 1000)) * 1000n,
    monotonic: () => elapsed,
    after: (ms, callback) => add(ms, undefined, callback),
    every: (ms, callback) => add(ms, Math.max(1, ms), callback),
    sleep: (ms, signal) => sleep(clock, ms, signal),
    untilNext() {
      const next = first();
      return next === undefined ? undefined : Math.max(0, next.due - elapsed);
    },
    step() {
      const next = first();
      if (next === undefined) return false;
      fire(next);
      return true;
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settle();
      for (let next = first(); next !== undefined && next.due <= end; next = first()) {
        fire(next);
        await settle();
      }
      elapsed = end;
      await settle();
    },
  };
  return clock;
}

/** Lets all that needs no time run: the event loop's turn comes after every promise that is ready. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
