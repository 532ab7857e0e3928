import type { Clock, Timer } from "@millrace/api";

/** setTimeout takes no more than this many milliseconds. */
const LONGEST_MS = 2_147_483_647;

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  nanos: () => BigInt(Math.round(preciseNow() * 1000)) * 1000n,
  monotonic: () => performance.now(),
  after: (ms, callback) => after(ms, callback),
  every(ms, callback) {
    const timer = setInterval(callback, Math.min(Math.max(1, ms), LONGEST_MS)).unref();
    return { cancel: () => clearInterval(timer) };
  },
  sleep: (ms, signal) => sleep(systemClock, ms, signal),
};

/** Milliseconds since the epoch with a fraction, unless the machine's time was set since the process began. */
function preciseNow(): number {
  const precise = performance.timeOrigin + performance.now();
  const now = Date.now();
  return Math.abs(precise - now) < 2 ? precise : now;
}

/** Waits on a clock; ends early when the signal is set. */
export function sleep(clock: Pick<Clock, "after">, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

function after(ms: number, callback: () => void): Timer {
  const due = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const arm = (wait: number): void => {
    timer = setTimeout(
      () => {
        const left = due - performance.now();
        if (wait >= LONGEST_MS && left > 0) arm(Math.min(left, LONGEST_MS));
        else callback();
      },
      Math.min(Math.max(0, wait), LONGEST_MS),
    ).unref();
  };
  arm(Math.min(ms, LONGEST_MS));
  return { cancel: () => clearTimeout(timer) };
}
