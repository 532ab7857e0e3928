import type { Clock } from "@millrace/api";

/** How many batches may pass before the clock is looked at, and before the event loop gets its turn in any case. */
const BATCHES = 32;
const MOST_BATCHES = 2048;
/** How long the nodes may keep the event loop for themselves, in milliseconds. */
const TURN_MS = 8;

/**
 * Gives the event loop its turn. Batches that find room and readers that find batches never wait for anything but
 * microtasks, so timers, signals and sockets would starve.
 */
export class Pace {
  private count = 0;
  private since: number;
  private waiting: Promise<void> | undefined = undefined;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
    this.since = clock.monotonic();
  }

  /** Something to wait for, when it is time for others. */
  turn(): Promise<void> | undefined {
    if (this.waiting !== undefined) return this.waiting;
    this.count += 1;
    if (this.count % BATCHES !== 0) return undefined;
    if (this.count < MOST_BATCHES && this.clock.monotonic() - this.since < TURN_MS) return undefined;
    this.waiting = new Promise((resolve) => {
      setImmediate(() => {
        this.waiting = undefined;
        this.count = 0;
        this.since = this.clock.monotonic();
        resolve();
      });
    });
    return this.waiting;
  }
}
