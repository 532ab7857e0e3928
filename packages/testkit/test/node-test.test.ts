import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("the suites run in Node's own test runner, too", () => {
  const { stdout } = spawnSync(
    process.execPath,
    ["--conditions=@millrace/source", "--test", "--test-reporter=tap", join(import.meta.dirname, "fixtures/node-test.mjs")],
    {
      encoding: "utf8",
      timeout: 18_000,
      env: { ...process.env, NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined },
    },
  );
  const counts = Object.fromEntries(Array.from(stdout.matchAll(/^# (tests|pass|fail|skipped) (\d+)$/gm), (match) => [match[1], Number(match[2])]));
  // Twice the checks; of the second plugin one fails, for its empty description.
  expect(counts).toEqual({ tests: 32, pass: 23, fail: 1, skipped: 8 });
  expect(stdout).toContain("its description is empty");
});
