import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutput } from "../src/index.ts";

const going = new AbortController().signal;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flow-output-"));
});
afterEach(() => rm(folder, { recursive: true }));

function unexpected(cause: unknown): void {
  throw cause;
}

describe("an output", () => {
  it("appends messages whole and in order, and makes the file", async () => {
    const path = join(folder, "out");
    const output = await openOutput({ path, create: true }, unexpected);
    const answers = await Promise.all(Array.from({ length: 5000 }, (_, i) => output.write([Buffer.from(`message ${i}`), Buffer.from("\r\n")])));
    await output.close(going);
    expect(new Set(answers)).toEqual(new Set(["done"]));
    expect(await readFile(path, "utf8")).toBe(Array.from({ length: 5000 }, (_, i) => `message ${i}\r\n`).join(""));
    expect((await stat(path)).mode & 0o600).toBe(0o600);
    const again = await openOutput({ path, create: false }, unexpected);
    await again.write([Buffer.from("more")]);
    await again.close(going);
    expect((await readFile(path, "utf8")).slice(-18)).toBe("message 4999\r\nmore");
  });

  it("waits for what is being written before it closes", async () => {
    const path = join(folder, "out");
    const output = await openOutput({ path, create: true }, unexpected);
    void output.write([Buffer.alloc(1_000_000, "x")]);
    await output.close(going);
    expect((await stat(path)).size).toBe(1_000_000);
  });

  it("is not opened where the file or its folder is missing", async () => {
    await expect(openOutput({ path: join(folder, "none"), create: false }, unexpected)).rejects.toThrow("ENOENT");
    await expect(openOutput({ path: join(folder, "no", "folder"), create: true }, unexpected)).rejects.toThrow("ENOENT");
    await expect(openOutput({ path: folder, create: true }, unexpected)).rejects.toThrow("EISDIR");
  });

  it.skipIf(process.platform !== "linux")("answers `failed` where the disk is full, and says so once for a batch", async () => {
    const refusals: string[] = [];
    const output = await openOutput({ path: "/dev/full", create: false }, (cause, messages) => refusals.push(`${messages}: ${String(cause)}`));
    const answers = await Promise.all(["a", "b", "c"].map((text) => output.write([Buffer.from(text)])));
    await output.close(going);
    expect(answers).toEqual(["failed", "failed", "failed"]);
    expect(refusals).toEqual(["3: Error: ENOSPC: no space left on device, write"]);
  });
});

describe("what a torn write leaves", () => {
  it("is finished by the next write", async () => {
    const { BatchingOutput } = await import("../src/output/batching-output.ts");
    const taken: Buffer[] = [];
    const room = [5, 1, 100];
    const output = new BatchingOutput(
      {
        write: (bytes) => {
          const most = room.shift() ?? 0;
          taken.push(Buffer.from(bytes.subarray(0, most)));
          return Promise.resolve(bytes.byteLength <= most ? { bytes: bytes.byteLength } : { bytes: most, error: new Error("full") });
        },
        close: () => Promise.resolve(),
      },
      () => undefined,
    );
    expect(await Promise.all([output.write([Buffer.from("one\n")]), output.write([Buffer.from("two\n")]), output.write([Buffer.from("lost\n")])])).toEqual([
      "done",
      "failed",
      "failed",
    ]);
    expect(await output.write([Buffer.from("three\n")])).toBe("failed");
    expect(await output.write([Buffer.from("four\n")])).toBe("done");
    expect(Buffer.concat(taken).toString()).toBe("one\ntwo\nfour\n");
  });
});

describe("a closed or unread pipe", () => {
  it("fails the writes, and neither stops nor ends the process", async () => {
    const { spawn } = await import("node:child_process");
    const script = join(folder, "writer.ts");
    const source = new URL("../src/index.ts", import.meta.url).href;
    await writeFile(
      script,
      `
      import { openOutput } from ${JSON.stringify(source)};
      const output = await openOutput("STDOUT", (cause) => process.stderr.write("refused " + cause.code + "\\n"));
      process.on("message", async (text) => process.send(await output.write([Buffer.from(text)])));
      process.send("ready");
    `,
    );
    const child = spawn(process.execPath, ["--conditions=@millrace/source", script], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    const told: unknown[] = [];
    let wake: () => void = () => undefined;
    child.on("message", (message) => {
      told.push(message);
      wake();
    });
    const next = async (): Promise<unknown> => {
      while (told.length === 0)
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          AbortSignal.timeout(8000).addEventListener("abort", () => reject(new Error("no word from the writer")));
        });
      return told.shift();
    };
    expect(await next()).toBe("ready");
    child.send("hello\n");
    expect(await next()).toBe("done");
    child.stdout?.destroy();
    child.send("to nobody\n");
    expect(await next()).toBe("failed");
    child.send("to nobody again\n");
    expect(await next()).toBe("failed");
    expect(child.exitCode).toBeNull();
    child.kill();
  });
});

describe("closing", () => {
  it("does not wait for a device that hangs once the signal is set, and closes it when it comes to itself", async () => {
    const { BatchingOutput } = await import("../src/output/batching-output.ts");
    const events: string[] = [];
    let goOn: () => void = () => undefined;
    const output = new BatchingOutput(
      {
        write: (bytes) =>
          new Promise((resolve) => {
            goOn = () => resolve({ bytes: bytes.byteLength });
          }),
        close: () => {
          events.push("device closed");
          return Promise.resolve();
        },
      },
      unexpected,
    );
    const written = output.write([Buffer.from("x")]);
    const over = new AbortController();
    const closing = output.close(over.signal).then(() => events.push("close returned"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual([]);
    over.abort();
    await closing;
    goOn();
    expect(await written).toBe("done");
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual(["close returned", "device closed"]);
  });
});
