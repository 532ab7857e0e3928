import { describe, expect, it } from "vitest";
import { type CommandName, runCommand } from "./support/command.ts";

const COMMANDS: readonly (readonly [CommandName, string])[] = [
  ["millrace", "--version"],
  ["sfprocessor", "-version"],
  ["flowd", "-version"],
  ["fluent-bit", "--version"],
];

/** The aim is 150 ms on an idle machine; the tests of other packages may run beside this one. */
const LIMIT_MS = 400;

describe("starting a command", () => {
  it.each(COMMANDS)("%s %s is quick", async (name, flag) => {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { code, ms } = await runCommand(name, [flag]);
      expect(code).toBe(0);
      times.push(ms);
    }
    expect(times.sort((a, b) => a - b)[2]).toBeLessThan(LIMIT_MS);
  });
});
