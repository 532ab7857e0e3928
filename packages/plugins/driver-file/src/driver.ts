import { type FileHandle, open } from "node:fs/promises";
import type { Counter, Outcome, Outputs, Plugin, PluginContext, SourceStream } from "@millrace/api";
import { type Driver, defineDriver, type SysflowBatch } from "@millrace/api/sysflow";
import { damageText, PartPool, readTrace } from "@millrace/sysflow";
import { z } from "zod";
import { pathError, reasonOf, traceFiles } from "./trace-files.ts";

const options = z.strictObject({
  path: z.string().optional().describe("The trace, or the folder of traces, to read; the commands set it to the path they are given"),
  "on-corrupt": z
    .enum(["stop", "skip"])
    .default("stop")
    .describe("What a damaged trace does: `stop` ends the run with an error, `skip` goes on at the next sync marker and counts"),
});

type Options = z.infer<typeof options>;

/** The driver `file`. */
const plugin: Plugin = defineDriver({
  name: "file",
  version: "0.1.0",
  description: "Reads SysFlow traces: a file, or all files of a folder one after the other",
  stability: "stable",
  options,
  create: (values: Options, ctx) => new FileDriver(values, ctx),
});

export { plugin };

/** How many bytes are read at once. */
const CHUNK_BYTES = 512 * 1024;

class FileDriver implements Driver<SysflowBatch> {
  readonly #options: Options;
  readonly #ctx: PluginContext;
  readonly #pool = new PartPool();
  readonly #damages: Counter;
  readonly #lost: Counter;
  readonly #passed: Counter;

  constructor(values: Options, ctx: PluginContext) {
    this.#options = values;
    this.#ctx = ctx;
    this.#damages = ctx.metrics.counter("trace_damages", "Places of traces that could not be read, and were skipped");
    this.#lost = ctx.metrics.counter("trace_records_lost", "Records that were lost in damaged places, as far as their number is known");
    this.#passed = ctx.metrics.counter("trace_records_passed", "Records that were passed over because the format does not name their type", "type");
  }

  async run(outputs: Outputs<SysflowBatch>): Promise<void> {
    const { path } = this.#options;
    if (!path) throw pathError("the file driver has no path to read");
    const files = await traceFiles(path);
    const stream = outputs.stream(path);
    // The place in the stream counts the bytes of all files.
    let before = 0;
    for (const file of files) {
      if (this.#ctx.draining.aborted) return;
      before += await this.#readFile(file, stream, before);
    }
  }

  /** Sends all of a file. Gives its size. */
  async #readFile(file: string, stream: SourceStream<SysflowBatch>, before: number): Promise<number> {
    const handle = await open(file).catch((cause: unknown) => {
      throw pathError(`open ${file}: ${reasonOf(cause)}`, cause);
    });
    try {
      const { size } = await handle.stat();
      const parts = readTrace((into) => readSome(handle, file, into), {
        file,
        onCorrupt: this.#options["on-corrupt"],
        pool: this.#pool,
        chunkBytes: Math.min(CHUNK_BYTES, Math.max(4096, size)),
        damaged: (damage) => {
          this.#damages.add(1);
          if (damage.records !== undefined) this.#lost.add(damage.records);
          this.#ctx.log.warn(damageText(damage));
        },
        passed: ({ type, records }) => {
          this.#passed.add(records, type);
          this.#ctx.log.warn(
            `Type: ${type} is currently not handled by the processor. ${file}: ${records} ${records === 1 ? "record was" : "records were"} passed over`,
          );
        },
      });
      for await (const part of parts) {
        // Whoever keeps a record for longer than its batch is open has kept a copy: then nobody reads its memory any more.
        const settled = ({ state }: Outcome): void => void (state === "done" && this.#pool.give(part));
        const sent = stream.send(part.rows, before + part.place, { settled });
        if (sent) await sent;
        if (this.#ctx.draining.aborted) break;
      }
      return size;
    } finally {
      await handle.close();
    }
  }
}

async function readSome(handle: FileHandle, file: string, into: Buffer): Promise<number> {
  try {
    return (await handle.read(into, 0, into.length, null)).bytesRead;
  } catch (cause) {
    throw new Error(`read ${file}: ${reasonOf(cause)}`, { cause });
  }
}
