import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Command, type CommandOptions } from "./support/command.ts";
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
  export const late = defineProcessor({
    name: "late", description: "Ends when it has to, and not with its batch", in: "flat",
    create: (_options, ctx) => ({
      async process(input) {
        for await (const batch of input) { batch.hold(); ctx.log.info("at work"); await ctx.clock.sleep(60_000, ctx.signal); }
      },
    }),
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

describe("a drain that is cut off", () => {
  it("says what was lost, and ends with 1", async () => {
    const file = join(scratch, "late.yaml");
    writeFileSync(
      file,
      `service: { grace: 200ms }
plugins: [{ file: endless.mjs }]
nodes: { in: { plugin: driver/endless }, late: { plugin: processor/late, from: in } }`,
    );
    const command = new Command("millrace", ["run", file]);
    await command.sees("stderr", /at work/);
    command.signal("SIGTERM");
    const { code, stderr } = await command.ended();
    expect(stderr).toMatch(/the grace time was over before all was done: [1-9]\d* records were lost/);
    expect(code).toBe(1);
  });
});

describe("a command in node_modules/.bin", () => {
  it.skipIf(process.platform === "win32")("is the process that gets the signal", async () => {
    const command = start("keen", { installed: true });
    await command.sees("stdout", /at work/);
    command.signal("SIGTERM");
    const { code, stdout } = await command.ended();
    expect(code).toBe(0);
    expect(stdout).toContain("cleaned up");
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
    const command = start("loud", { closedStdout: true });
    const { code, ms } = await command.ended();
    expect(code).toBe(141);
    expect(ms).toBeLessThan(10_000);
  });

  it("is not waited for without end when nobody reads it: the command says what was not written", async () => {
    const command = start("loud", { unreadStdout: true });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    command.signal("SIGTERM");
    const { code, stderr, ms } = await command.ended();
    expect(stderr).toMatch(/[1-9]\d* lines of the log were not written/);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(12_000);
  });
});

describe("the output stdout of Fluent Bit", () => {
  it("ends its command too when nobody reads it any more", async () => {
    const command = new Command("fluent-bit", ["-q", "-i", "dummy", "-o", "stdout", "-f", "0.2"], { closedStdout: true });
    expect((await command.ended()).code).toBe(141);
  });
});

function start(processor: string, options: CommandOptions = {}): Command {
  const config = join(scratch, `${processor}.json`);
  writeFileSync(config, JSON.stringify({ pipeline: [{ processor, in: "flat flattenerchan" }] }));
  return new Command("sfprocessor", [`-config=${config}`, "-driver=endless", `-driverdir=${scratch}`, `-plugdir=${scratch}`, "anything"], options);
}
