import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("shows an example that prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, code = "", printed] = /## Example\n\n```ts\n(.*?)```\n\nprints\n\n```text\n(.*?)```/s.exec(readme) ?? [];
  const folder = await mkdtemp(join(tmpdir(), "flow-readme-"));
  const script = join(folder, "example.ts");
  await writeFile(script, code.replace('"@millrace/flow"', JSON.stringify(new URL("../src/index.ts", import.meta.url).href)));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@millrace/source", script], { timeout: 10_000 });
  await rm(folder, { recursive: true });
  expect(stdout).toBe(printed);
});
