import type { Clock } from "@millrace/api";

/**
 * When a timer of Fluent Bit's engine is first due, in milliseconds of the monotonic clock: at a whole second, the
 * present one and the whole seconds of its interval. So all timers tick in phase, and one of less than a second is due at once.
 */
export function firstTick(clock: Clock, intervalMs: number): number {
  return Math.max(clock.monotonic(), (Math.floor(clock.monotonic() / 1000) + Math.floor(intervalMs / 1000)) * 1000);
}

/** Calls back at {@link firstTick}, and again with every interval. Ticks that were missed are not made up for. */
export function everyTick(clock: Clock, intervalMs: number, callback: () => void): { cancel(): void } {
  let due = firstTick(clock, intervalMs);
  const wait = (): { cancel(): void } =>
    clock.after(Math.max(0, due - clock.monotonic()), () => {
      due += intervalMs * Math.max(1, Math.ceil((clock.monotonic() - due) / intervalMs));
      timer = wait();
      callback();
    });
  let timer = wait();
  return { cancel: () => timer.cancel() };
}
