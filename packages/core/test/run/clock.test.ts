import { describe, expect, it } from "vitest";
import { systemClock, virtualClock } from "../../src/index.ts";

describe("the virtual clock", () => {
  it("stands still until it is told to go on, and calls timers in the order of their times", async () => {
    const clock = virtualClock(1000);
    const calls: string[] = [];
    clock.after(20, () => calls.push(`b ${clock.now()}`));
    clock.after(10, () => calls.push(`a ${clock.now()}`));
    const every = clock.every(8, () => calls.push(`e ${clock.monotonic()}`));
    const gone = clock.after(15, () => calls.push("never"));
    gone.cancel();
    expect([clock.now(), clock.monotonic(), clock.nanos(), clock.untilNext()]).toEqual([1000, 0, 1_000_000_000n, 8]);
    await clock.advance(20);
    every.cancel();
    await clock.advance(100);
    expect(calls).toEqual(["e 8", "a 1010", "e 16", "b 1020"]);
    expect([clock.now(), clock.untilNext(), clock.step()]).toEqual([1120, undefined, false]);
  });

  it("calls timers that a timer has set, at their own times", async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.monotonic());
      if (times.length < 3) void clock.sleep(5).then(again);
    };
    again();
    await clock.advance(100);
    expect(times).toEqual([0, 5, 10]);
  });

  it("ends a sleep early when the signal is set, and then leaves no timer", async () => {
    const clock = virtualClock();
    const stop = new AbortController();
    const slept = clock.sleep(1000, stop.signal);
    stop.abort();
    await slept;
    await clock.sleep(1000, stop.signal);
    expect(clock.untilNext()).toBeUndefined();
  });
});

describe("the clock of the machine", () => {
  it("agrees with itself", async () => {
    const before = systemClock.now();
    expect(Math.abs(Number(systemClock.nanos() / 1_000_000n) - before)).toBeLessThan(100);
    const start = systemClock.monotonic();
    await systemClock.sleep(5);
    expect(systemClock.monotonic() - start).toBeGreaterThanOrEqual(4);
  });

  it("calls back, again and again, until it is told not to", async () => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      const every = systemClock.every(1, () => {
        calls += 1;
        if (calls < 3) return;
        every.cancel();
        resolve();
      });
    });
    const timer = systemClock.after(1, () => {
      calls += 100;
    });
    timer.cancel();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 3);
    await systemClock.sleep(3_000_000_000, stop.signal);
    expect(calls).toBe(3);
  });
});
