import { describe, expect, it } from "vitest";
import { printable } from "../src/trace/formats.ts";
import { readMoment, spanText, timeText } from "../src/trace/moments.ts";
import { Progress } from "../src/trace/progress.ts";
import { TopCounter } from "../src/trace/top-counter.ts";

describe("times of the command line", () => {
  it.each([
    ["2020-09-13T12:26:40Z", { at: 1_600_000_000_000_000_000n }],
    ["2020-09-13 12:26:40.000000001", { at: 1_600_000_000_000_000_001n }],
    ["2020-09-13T14:26:40.5+02:00", { at: 1_600_000_000_500_000_000n }],
    ["2020-09-13", { at: 1_599_955_200_000_000_000n }],
    ["1600000000000000007", { at: 1_600_000_000_000_000_007n }],
    ["+90s", { after: 90_000_000_000n }],
    ["+1.5ms", { after: 1_500_000n }],
    ["+2h", { after: 7_200_000_000_000n }],
  ])("%s", (text, moment) => {
    expect(readMoment("--from", text)).toEqual(moment);
  });

  it.each(["yesterday", "2020-13-45", "12:30", "+5", "5s", ""])("refuses %s", (text) => {
    expect(() => readMoment("--to", text)).toThrow("is no time");
  });

  it("are shown with every nanosecond, before the epoch too", () => {
    expect(timeText(1_600_000_000_000_000_001n)).toBe("2020-09-13T12:26:40.000000001Z");
    expect(timeText(-1n)).toBe("1969-12-31T23:59:59.999999999Z");
    expect(timeText(0n)).toBe("1970-01-01T00:00:00.000000000Z");
    expect([spanText(3_723_500_000_000n), spanText(0n), spanText(61_000_000_000n)]).toEqual(["1h 2m 3.5s", "0s", "1m 1s"]);
  });
});

describe("progress", () => {
  it("is shown on a terminal when work takes long, and taken away", () => {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress(false, { isTTY: true, write: (text) => written.push(text) }, () => now);
    progress.show("a.sf", 1, 4);
    now = 300;
    progress.show("a.sf", 2, 4);
    now = 310;
    progress.show("a.sf", 3, 4);
    progress.clear();
    progress.clear();
    expect(written).toEqual(["\ra.sf: 50 %\u001b[K", "\r\u001b[K"]);
  });

  it.each([
    ["nobody looks", false, false],
    ["it is to be quiet", true, true],
  ])("says nothing where %s", (_, isTTY, quiet) => {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress(quiet, { isTTY, write: (text) => written.push(text) }, () => now);
    now = 1000;
    progress.show("a.sf", 1, 2);
    progress.clear();
    expect(written).toEqual([]);
  });
});

describe("counting names", () => {
  it("keeps the frequent ones in bounded memory, and says how far it may be off", () => {
    const counter = new TopCounter();
    for (let round = 0; round < 200_000; round += 1) {
      counter.add(`rare ${round}`);
      if (round % 2 === 0) counter.add("frequent");
    }
    expect(counter.size).toBeLessThanOrEqual(65_536);
    const [first] = counter.top(1);
    expect(first?.name).toBe("frequent");
    expect(counter.shortBy).toBeGreaterThan(0);
    expect((first?.count ?? 0) + counter.shortBy).toBeGreaterThanOrEqual(100_000);
    expect(first?.count).toBeLessThanOrEqual(100_000);
  });
});

it("writes control characters so that they can't steer a terminal", () => {
  expect(printable("a\u001b[31m\nb\u202e\u0085ä")).toBe("a\\x1b[31m\\nb\\u202e\\x85ä");
});
