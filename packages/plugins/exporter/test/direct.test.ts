import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harness, podScene, scenario } from "@millrace/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { plugin } from "../src/index.ts";
import { Burst, DirectFile } from "../src/transport/direct.ts";
import { encoder, eventsFrom, lines } from "./support/events.ts";

/** What the system is to say to the next calls for direct writes, in their order; it is asked itself for what is not in there. */
const answers: ((length: number) => NodeJS.ErrnoException | number | undefined)[] = [];
/** How many bytes each direct write has brought to the file. */
const direct: number[] = [];

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  type Done = (cause: NodeJS.ErrnoException | null, written?: number) => void;
  const write = (fd: number, bytes: Uint8Array, from: number, length: number, position: null, done: Done): void => {
    const answer = answers.shift()?.(length);
    if (typeof answer === "object") {
      done(answer);
      return;
    }
    fs.write(fd, bytes, from, answer ?? length, position, (cause, written) => {
      if (!cause) direct.push(written);
      done(cause, written);
    });
  };
  return { ...fs, write };
});

/** Enough for direct writes. */
const batch = eventsFrom(Array.from({ length: 12 }, () => podScene().records).flat());
const expected = lines(batch, encoder("json"))
  .map((line) => `${line}\n`)
  .join("");
const error = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: no more of it`), { code });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-exporter-"));
  answers.length = 0;
  direct.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name = "out.jsonl"): string => join(folder, name);
const read = (name?: string): string => readFileSync(path(name), "utf8");

async function run(options: Record<string, unknown>, times = 2): Promise<void> {
  const h = await harness(plugin, {
    options: { export: "file", "file.path": path(), "file.direct": "on", ...options },
    input: Array.from({ length: times }, () => batch),
    clock: "system",
  });
  expect((await h.finished()).state).toBe("finished");
}

/** How a batch ends, with all the waits between attempts. */
async function outcomeOf(h: Awaited<ReturnType<typeof harness>>, events = batch): Promise<string> {
  let state: string | undefined;
  const settled = h
    .feed(events)
    .settled()
    .then(({ outcome }) => {
      state = outcome.state;
    });
  // The clock is a virtual one, the disk is not: each of its answers is waited for.
  while (state === undefined) {
    await h.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await settled;
  return state;
}

/** Whether the system writes directly to files of the temporary folder. */
const isThere = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), "millrace-exporter-"));
  const descriptor = process.getBuiltinModule("node:fs").openSync(join(probe, "probe"), "w");
  const found = DirectFile.of(descriptor);
  void found?.close();
  process.getBuiltinModule("node:fs").closeSync(descriptor);
  rmSync(probe, { recursive: true });
  return found !== undefined;
})();
if (!isThere) console.log("left out, for want of direct writes in the temporary folder: what they leave in a file, and their errors");

describe.skipIf(!isThere)("direct writes", () => {
  it("leave the same bytes as others do, and take most of them", async () => {
    expect(expected.length).toBeGreaterThan(400_000);
    await run({}, 4);
    expect(read()).toBe(expected.repeat(4));
    expect(direct.length).toBeGreaterThan(0);
    expect(direct.every((length) => length % 4096 === 0)).toBe(true);
    expect(direct.reduce((sum, length) => sum + length)).toBeGreaterThan(expected.length * 3);
  });

  it.each([1, 4095, 4096, 10_001])("go on after a file of %d bytes", async (length) => {
    const before = `${"x".repeat(length - 1)}\n`;
    writeFileSync(path(), before);
    await run({ "file.append": true });
    expect(read()).toBe(before + expected.repeat(2));
    expect(direct.length).toBeGreaterThan(0);
  });

  it("keep to the bounds of rotation", async () => {
    await run({ "file.rotate.size": 150_000, "file.rotate.keep": 1000 }, 3);
    const names = readdirSync(folder).sort((one, other) => Number(other.split(".")[2] ?? 0) - Number(one.split(".")[2] ?? 0));
    expect(names.length).toBeGreaterThan(6);
    expect(names.map((name) => read(name)).join("")).toBe(expected.repeat(3));
    for (const name of names) {
      expect(read(name).length).toBeLessThanOrEqual(150_000);
      expect(read(name).endsWith("}\n")).toBe(true);
    }
  });

  it("go on where the system takes a part", async () => {
    answers.push(
      () => 8192,
      () => 12_288,
    );
    await run({});
    expect(read()).toBe(expected.repeat(2));
    expect(direct.slice(0, 2)).toEqual([8192, 12_288]);
  });

  it("are given up for a file that refuses them, which is no error", async () => {
    answers.push(() => error("EINVAL"));
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on" }, input: [batch, batch], clock: "system" });
    expect((await h.finished()).state).toBe("finished");
    expect(read()).toBe(expected.repeat(2));
    expect([direct, h.metric("write_errors") ?? 0]).toEqual([[], 0]);
  });

  it("are tried again after an error, and lose and double nothing", async () => {
    answers.push(
      () => 65_536,
      () => error("ENOSPC"),
      () => error("EIO"),
    );
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on" } });
    expect(await outcomeOf(h)).toBe("done");
    expect(read()).toBe(expected);
    expect([h.metric("write_errors"), h.metric("write_retries")]).toEqual([2, 2]);
    await h.close();
  });

  it("leave no half record where they fail for good", async () => {
    answers.push(() => 65_536, ...Array.from({ length: 8 }, () => () => error("ENOSPC")));
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on" } });
    expect(await outcomeOf(h)).toBe("lost");
    expect(read()).toBe(expected.slice(0, expected.lastIndexOf("\n", 65_535) + 1));
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    expect(read().endsWith(`}\n${expected}`)).toBe(true);
    await h.close();
  });

  it("go on from page to page within a batch, and leave no half record where one of them fails for good", async () => {
    const big = eventsFrom(Array.from({ length: 48 }, () => podScene().records).flat());
    const text = expected.repeat(4);
    answers.push(() => undefined, ...Array.from({ length: 8 }, () => () => error("ENOSPC")));
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on" } });
    expect(await outcomeOf(h, big)).toBe("lost");
    expect(direct).toHaveLength(1);
    expect(direct[0]).toBeGreaterThan(1_000_000);
    const whole = text.slice(0, text.lastIndexOf("\n", (direct[0] as number) - 1) + 1);
    expect(whole.length).toBeLessThan(direct[0] as number);
    expect(read()).toBe(whole);
    expect((await h.feed(big).settled()).outcome.state).toBe("done");
    expect(read()).toBe(whole + text);
    await h.close();

    direct.length = 0;
    const again = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on" }, input: big, clock: "system" });
    expect((await again.finished()).state).toBe("finished");
    expect(read()).toBe(text);
    // All of it but for the end of the batch.
    expect(direct.reduce((sum, length) => sum + length)).toBe(text.length - (text.length % 4096));
  });

  it("leave nothing of a record that is longer than what was taken of it, bit by bit, before they failed for good", async () => {
    const long = eventsFrom(
      scenario()
        .host("h")
        .process("p", { exe: "x", args: "y".repeat(100_000), pid: 5 })
        .exec().records,
    );
    answers.push(
      () => 8192,
      () => 4096,
      () => 4096,
      ...Array.from({ length: 8 }, () => () => error("ENOSPC")),
    );
    writeFileSync(path(), "before\n");
    const h = await harness(plugin, { options: { export: "file", "file.path": path(), "file.direct": "on", "file.append": true } });
    expect(await outcomeOf(h, long)).toBe("lost");
    expect(direct).toEqual([8192, 4096, 4096]);
    expect(read()).toBe("before\n");
    await h.close();
  });

  it("are not made where they are switched off, nor, left to the exporter, for so few bytes", async () => {
    for (const choice of ["off", "auto"]) {
      await run({ "file.direct": choice });
      expect(read()).toBe(expected.repeat(2));
    }
    expect(direct).toEqual([]);
  });
});

describe("how bytes are shared", () => {
  const memory = new Uint8Array(new ArrayBuffer(1 << 20));

  it("leads to a page boundary of the file, and ends at one", () => {
    expect(DirectFile.share(memory.subarray(100), 0, 300_000, 100)).toEqual({ lead: 3996, length: 294_912 });
    expect(DirectFile.share(memory.subarray(100), 3996, 300_000, 4096)).toEqual({ lead: 0, length: 294_912 });
    expect(DirectFile.share(memory, 0, 1 << 20, 8192)).toEqual({ lead: 0, length: 1 << 20 });
  });

  it("is the ordinary way where memory and file do not fit, or where there is little", () => {
    for (const [bytes, from, to, size] of [
      [memory.subarray(100), 0, 300_000, 101],
      [memory, 0, 65_535, 0],
      [memory, 4096, 4096, 0],
    ] as const)
      expect(DirectFile.share(bytes, from, to, size)).toEqual({ lead: 0, length: 0 });
  });
});

describe("a burst", () => {
  it("is 32 MiB within a second, and lasts while as much goes on", () => {
    const burst = new Burst();
    const seen = [0, 500, 900, 1500, 1900, 2600, 6000].map((now) => {
      burst.add(11 << 20, now);
      return burst.isOn;
    });
    expect(seen).toEqual([false, false, true, true, true, false, false]);
  });
});
