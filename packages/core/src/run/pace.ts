import type { Clock } from "@millrace/api";

/** How many batches may pass before the clock is looked at. */
const BATCHES = 32;
/** How long the nodes may keep the event loop for themselves, in milliseconds. */
const TURN_MS = 8;

/**
 * Gives the event loop its turn. Batches that find room and readers that find batches never wait for anything but
 * microtasks, so timers, signals and sockets would starve.
 */
export class Pace {
  private count = 0;
  private since = 0;
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
    if (this.count < BATCHES) return undefined;
    this.count = 0;
    const now = this.clock.monotonic();
    if (now - this.since < TURN_MS) return undefined;
    this.waiting = new Promise((resolve) => {
      setImmediate(() => {
        this.waiting = undefined;
        this.since = this.clock.monotonic();
        resolve();
      });
    });
    return this.waiting;
  }
}
