import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const COMMAND = fileURLToPath(new URL("../src/simulate.ts", import.meta.url));

/** Runs the command of the simulator, as docs/settlement.md tells. */
function command(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["--conditions=@millrace/source", COMMAND, ...args], { encoding: "utf8", timeout: 15_000 });
}

it("plays as many seeds as it is told to, and sums them up", () => {
  const { status, stdout } = command("--seeds", "5", "--from", "3");
  expect(stdout).toMatch(/^5 seeds, 0 failed, in \d+\.\d s: lives .*finished.*; \d+ batches received; \d+ hours of virtual time\n$/);
  expect(status).toBe(0);
});

it("plays one seed, step by step", () => {
  const { status, stdout } = command("--seed", "42", "--trace");
  const lines = stdout.split("\n");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ seed: 42 });
  expect(lines[1]).toMatch(/^ +\d+ \w+/);
  expect(stdout).toContain("1 seed, 0 failed");
  expect(status).toBe(0);
});

it("wants whole numbers", () => {
  const { status, stderr } = command("--seeds", "many");
  expect(stderr).toContain("--seed, --seeds and --from want whole numbers");
  expect(status).toBe(1);
});
