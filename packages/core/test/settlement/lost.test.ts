import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesBatch, type OnLost } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { createRun, type DeadLetter, type RunOptions, type RunResult } from "../../src/index.ts";
import { deadLetterLine } from "../../src/run/dead-letter.ts";
import { each, graphOf, numbers, source, type TestNode, testHost } from "../run/graph-of.ts";

/** A run of three batches, of which the second is lost. */
async function lose(
  onLost: OnLost,
  options: RunOptions = {},
  host: ReturnType<typeof testHost> = testHost(),
): Promise<{ result: RunResult; positions: number[]; lines: readonly string[] }> {
  const positions: number[] = [];
  const feed: TestNode = { make: source([numbers(1), numbers(2, 3), numbers(4)], positions), spec: { onLost } };
  const out = each((batch) => {
    if (batch.data.values[0] === 2) batch.fail(new Error("no room on the disk"));
  });
  const result = await createRun(graphOf({ in: feed, out }, ["in > out"], { graceMs: 200 }), host, options).start();
  return { result, positions, lines: host.lines };
}

describe("a source whose batch is lost", () => {
  it("goes on behind it when told to advance, and says so", async () => {
    const { result, positions, lines } = await lose("advance");
    expect(result).toMatchObject({ state: "finished", lost: { batches: 1, records: 2 }, done: { batches: 2 } });
    expect(positions.at(-1)).toBe(3);
    expect(lines).toEqual(["warn pipeline: 2 records at place 2 of stream 's' of node 'in' lost: no room on the disk"]);
  });

  it("ends the run when told to stop, and keeps its position", async () => {
    const { result, positions } = await lose("stop");
    expect(result.state).toBe("failed");
    expect(`${result.error?.code}: ${result.error?.message}`).toMatchInlineSnapshot(
      `"MILLRACE_RUN_LOST: 2 records at place 2 of stream 's' of node 'in' lost: no room on the disk"`,
    );
    expect(positions.at(-1)).toBe(1);
  });

  it("hands it to the host's dead letters, and goes on when they are written", async () => {
    const letters: DeadLetter[] = [];
    const { result, positions } = await lose("dead-letter", {
      deadLetter: async (letter) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        letters.push(letter);
      },
    });
    expect(result.state).toBe("finished");
    expect(letters).toMatchObject([{ source: "in", stream: "s", place: 2, records: 2, data: { values: [2, 3] } }]);
    expect(positions).toEqual([1, 3]);
  });

  it("writes it to a file in its state directory where the host has no dead letters", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-"));
    try {
      const { result } = await lose("dead-letter", {}, testHost({ stateDirectory: () => Promise.resolve(folder) }));
      expect(result.state).toBe("finished");
      const lines = (await readFile(join(folder, "dead-letters.jsonl"), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
      expect(lines).toMatchObject([{ source: "in", stream: "s", place: 2, records: 2, cause: "no room on the disk", data: { values: [2, 3] } }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("ends the run when its dead letter can't be written", async () => {
    const { result, positions } = await lose("dead-letter", {
      deadLetter: () => {
        throw new Error("read-only");
      },
    });
    expect(`${result.error?.code}: ${result.error?.message}`).toMatchInlineSnapshot(
      `"MILLRACE_RUN_DEAD_LETTER: 2 records at place 2 of stream 's' of node 'in' lost: no room on the disk; the dead letter could not be written: read-only"`,
    );
    expect(positions.at(-1)).toBe(1);
  });
});

describe("a dead letter", () => {
  const letter: Omit<DeadLetter, "data"> = { time: 0, source: "in", stream: undefined, place: undefined, records: 1, bytes: 3, cause: new Error("gone") };

  it("has bytes in base64, and 64-bit numbers as text", () => {
    const data = { ...bytesBatch([new Uint8Array([1, 2, 3]), Buffer.from("ab")]), big: 2n ** 63n, map: new Map([["a", 1]]) };
    expect(JSON.parse(deadLetterLine({ ...letter, data }))).toEqual({
      time: "1970-01-01T00:00:00.000Z",
      source: "in",
      records: 1,
      bytes: 3,
      cause: "gone",
      data: { records: 2, bytes: 5, chunks: [{ base64: "AQID" }, { base64: "YWI=" }], big: "9223372036854775808", map: { a: 1 } },
    });
  });

  it("says why it is without its data, where that can't be written", () => {
    const ring: { records: number; bytes: number; self?: unknown } = { records: 1, bytes: 1 };
    ring.self = ring;
    expect(JSON.parse(deadLetterLine({ ...letter, data: ring }))).toMatchObject({ source: "in", withoutData: expect.stringContaining("circular") as string });
    const long = { records: 1, bytes: 1, text: "x".repeat(2_000_000) };
    expect(JSON.parse(deadLetterLine({ ...letter, data: long }))).toMatchObject({ withoutData: "more than 1048576 characters" });
  });
});
