import { type FileHandle, open } from "node:fs/promises";
import type { Counter, Outcome, Outputs, Plugin, PluginContext, SourceStream } from "@millrace/api";
import { type Driver, defineDriver, type SysflowBatch } from "@millrace/api/sysflow";
import { damageText, PartPool, type PassedRecords, type ReadTraceOptions, readTrace, type TraceDamage } from "@millrace/sysflow";
import * as z from "zod";
import { readSome } from "./read-file.ts";
import { canThread, type ThreadedPart, threadedTrace } from "./threaded-trace.ts";
import { pathError, reasonOf, traceFiles } from "./trace-files.ts";

const options = z.strictObject({
  path: z.string().optional().describe("The trace, or the folder of traces, to read; the commands set it to the path they are given"),
  "on-corrupt": z
    .enum(["stop", "skip"])
    .default("stop")
    .describe("What a damaged trace does: `stop` ends the run with an error, `skip` goes on at the next sync marker and counts"),
  threads: z
    .int()
    .min(1)
    .max(2)
    .default(1)
    .describe("How many threads work on a trace: with 2, one reads, inflates and decodes what the other one works on; what comes out is the same"),
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
/** The size of a trace, in bytes, from which on a thread of its own is worth while. */
const WORTH_A_THREAD = 512 * 1024;

class FileDriver implements Driver<SysflowBatch> {
  readonly #options: Options;
  readonly #ctx: PluginContext;
  readonly #pool = new PartPool();
  readonly #threads: number;
  readonly #damages: Counter;
  readonly #lost: Counter;
  readonly #passed: Counter;

  constructor(values: Options, ctx: PluginContext) {
    this.#options = values;
    this.#ctx = ctx;
    this.#threads = canThread() ? values.threads : 1;
    if (this.#threads < values.threads) ctx.log.warn("threads: the code of the second thread is not beside this plugin; one thread does all");
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
      const options = {
        file,
        onCorrupt: this.#options["on-corrupt"],
        chunkBytes: Math.min(CHUNK_BYTES, Math.max(4096, size)),
        damaged: (damage: TraceDamage) => this.#damaged(damage),
        passed: (passed: PassedRecords) => this.#notHandled(passed),
      };
      // A thread takes longer to begin than a small trace takes to be read.
      if (this.#threads > 1 && size >= WORTH_A_THREAD) await this.#send(threadedTrace(options), stream, before);
      else await this.#send(this.#plainTrace(handle, options), stream, before);
      return size;
    } finally {
      await handle.close();
    }
  }

  async *#plainTrace(handle: FileHandle, options: ReadTraceOptions): AsyncGenerator<ThreadedPart, void, void> {
    const pool = this.#pool;
    for await (const part of readTrace((into) => readSome(handle, options.file, into), { ...options, pool })) {
      yield { rows: part.rows, place: part.place, free: () => pool.give(part) };
    }
  }

  async #send(parts: AsyncGenerator<ThreadedPart, void, void>, stream: SourceStream<SysflowBatch>, before: number): Promise<void> {
    for await (const part of parts) {
      // Whoever keeps a record for longer than its batch is open has kept a copy: then nobody reads its memory any more.
      const settled = ({ state }: Outcome): void => void (state === "done" && part.free());
      const sent = stream.send(part.rows, before + part.place, { settled });
      if (sent) await sent;
      if (this.#ctx.draining.aborted) return;
    }
  }

  #damaged(damage: TraceDamage): void {
    this.#damages.add(1);
    if (damage.records !== undefined) this.#lost.add(damage.records);
    this.#ctx.log.warn(damageText(damage));
  }

  #notHandled({ file, type, records }: PassedRecords): void {
    this.#passed.add(records, type);
    this.#ctx.log.warn(
      `Type: ${type} is currently not handled by the processor. ${file}: ${records} ${records === 1 ? "record was" : "records were"} passed over`,
    );
  }
}
