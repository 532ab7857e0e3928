import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

it("has a README whose example prints what it says", { timeout: 20_000 }, () => {
  const text = readFileSync(`${folder}/README.md`, "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  const [, printed] = /```text\n([\s\S]*?)```/.exec(text) ?? [];
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@millrace/source", "--input-type=module-typescript", "-e", code], {
    cwd: folder,
    encoding: "utf8",
    timeout: 15_000,
  });
  expect(stderr).toBe("");
  expect(stdout).toBe(printed);
});
