import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** A test that the first example in the README of a package (```` ```ts ````) prints what stands behind it (```` ```text ````). */
export function testReadmeExample(folder: string): void {
  it("has a README whose example prints what it says", { timeout: 20_000 }, () => {
    const text = readFileSync(join(folder, "README.md"), "utf8");
    const [, code] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
    const [, printed] = /```text\n([\s\S]*?)```/.exec(text) ?? [];
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@millrace/source", "--input-type=module-typescript", "-e", code ?? ""], {
      cwd: folder,
      encoding: "utf8",
      timeout: 15_000,
    });
    expect(stderr).toBe("");
    expect(printed, "the README has an example and what it prints").toBeDefined();
    expect(stdout).toBe(printed);
  });
}
