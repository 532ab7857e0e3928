import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describeConformance } from "@millrace/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { plugin } from "../src/index.ts";

/** Runs the plugin in a process of its own, whose output is read or not, and gives what it printed and how its messages ended. */
async function printed(read: boolean): Promise<{ out: string; answers: string; code: number | null }> {
  const script = fileURLToPath(new URL("support/print.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@millrace/source", script], { stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 });
  let out = "";
  let answers = "";
  if (read)
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString("latin1");
    });
  else child.stdout.destroy();
  child.stderr.on("data", (bytes: Buffer) => {
    answers += bytes.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { out, answers, code };
}

describe("stdout", () => {
  it("prints messages with their metadata, and answers done", async () => {
    expect(await printed(true)).toEqual({
      out: "Message:\n    meta: map[a:1 b:2 sync:1]\n    payload: hello plugin\nMessage:\n    meta: map[]\n    payload: \xff\0\n",
      answers: "done done\n",
      code: 0,
    });
  });

  it("answers failed where nobody reads, and says so once", async () => {
    const { answers, code } = await printed(false);
    expect({ answers, code }).toEqual({ answers: 'failed failed\nsink "stdout" can\'t write to STDOUT: write EPIPE\n', code: 0 });
  });

  it("keeps its name and kind", () => expect([plugin.kind, plugin.name]).toEqual(["link", "stdout"]));
});

describe("without a word on the output of the tests", () => {
  const quiet = ((_bytes: unknown, told: (error?: Error) => void): boolean => {
    queueMicrotask(told);
    return true;
  }) as typeof process.stdout.write;
  beforeAll(() => void vi.spyOn(process.stdout, "write").mockImplementation(quiet));
  afterAll(() => vi.restoreAllMocks());
  describeConformance({ describe, it }, plugin, { clock: "system" });
});
