import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Command } from "./support/command.ts";
import { writeBundledPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();

// A driver without an end, and two stages behind it: one that keeps up, and one that never finishes its batch.
writeBundledPlugin(
  join(scratch, "endless.mjs"),
  `
  import { defineDriver, defineProcessor } from "@millrace/api/sysflow";
  const batch = () => ({ records: 1, bytes: 10, [Symbol.iterator]: () => [{ ts: 1n }][Symbol.iterator]() });
  export const endless = defineDriver({
    name: "endless", description: "Sends for ever", out: "flat",
    create: (_options, ctx) => ({
      async run(outputs) {
        let sent = 0;
        while (!ctx.draining.aborted) {
          await outputs.send(batch());
          if ((sent += 1) % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        ctx.log.info("sent " + sent);
      },
    }),
  });
  export const keen = defineProcessor({
    name: "keen", description: "Keeps up", in: "flat",
    create: (_options, ctx) => ({
      async process(input) {
        let received = 0;
        for await (const _ of input) { if (received === 0) ctx.log.info("at work"); received += 1; }
        ctx.log.info("received " + received);
      },
      cleanup: () => ctx.log.info("cleaned up"),
    }),
  });
  export const loud = defineProcessor({
    name: "loud", description: "Prints without end", in: "flat",
    create: (_options, ctx) => ({ async process(input) { for await (const _ of input) ctx.log.info("a line"); } }),
  });
  export const slow = defineProcessor({
    name: "slow", description: "Is never ready", in: "flat",
    create: (_options, ctx) => ({ test: () => new Promise(() => ctx.log.info("asked")), async process(input) { for await (const _ of input); }, cleanup: () => ctx.log.info("cleaned up") }),
  });
  export const stuck = defineProcessor({
    name: "stuck", description: "Never ends", in: "flat",
    create: (_options, ctx) => ({ async process(input) { for await (const _ of input) { ctx.log.info("at work"); await new Promise(() => {}); } } }),
  });
`,
);

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("drains on %s: what was sent has been received", async (name) => {
    const command = start("keen");
    await command.sees("stdout", /at work/);
    command.signal(name);
    const { code, stdout, stderr } = await command.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const sent = /sent (\d+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`received ${sent}\n`);
    expect(stdout).toContain("cleaned up");
    expect(stdout).toContain("Stopping the processing pipeline");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("leaves at once on a second %s", async (name, expected) => {
    const command = start("stuck");
    await command.sees("stdout", /at work/);
    command.signal(name);
    await command.sees("stdout", /Stopping the processing pipeline/);
    const begun = performance.now();
    command.signal(name);
    expect((await command.ended()).code).toBe(expected);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("a signal before anything has moved", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends the start", async (name, expected) => {
    const command = start("slow");
    await command.sees("stdout", /asked/);
    command.signal(name);
    const { code, stdout, ms } = await command.ended();
    expect(code).toBe(expected);
    expect(stdout).toContain("cleaned up");
    expect(ms).toBeLessThan(12_000);
  });
});

describe("standard output", () => {
  it("ends the command when nobody reads it any more", async () => {
    const command = start("loud", true);
    const { code, ms } = await command.ended();
    expect(code).toBe(141);
    expect(ms).toBeLessThan(10_000);
  });
});

describe("the output stdout of Fluent Bit", () => {
  it("ends its command too when nobody reads it any more", async () => {
    const command = new Command("fluent-bit", ["-q", "-i", "dummy", "-o", "stdout", "-f", "0.2"], { closedStdout: true });
    expect((await command.ended()).code).toBe(141);
  });
});

function start(processor: string, closedStdout = false): Command {
  const config = join(scratch, `${processor}.json`);
  writeFileSync(config, JSON.stringify({ pipeline: [{ processor, in: "flat flattenerchan" }] }));
  return new Command("sfprocessor", [`-config=${config}`, "-driver=endless", `-driverdir=${scratch}`, `-plugdir=${scratch}`, "anything"], { closedStdout });
}
