import { constants, write, writeSync } from "node:fs";
import { access, type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MillraceError, type PluginContext, type Timer } from "@millrace/api";
import * as z from "zod";
import { Burst, DirectFile } from "./direct.ts";
import { lastEnd, nextEnd } from "./ends.ts";
import { bytesOf, durationMs, durationPattern, sizePattern } from "./quantities.ts";
import { shiftFiles } from "./rotation.ts";
import type { Chunk, Transport, TransportKind } from "./transport.ts";

const shape = {
  "file.path": z.string().min(1).default("./export.out").describe("The file that records are written to"),
  "file.append": z.boolean().default(false).describe("Whether records are added to what the file holds; otherwise it is emptied first"),
  "file.direct": z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe(
      "Whether data is written past the cache of the system, where that is possible: `auto`, what exceeds 32 MiB within a second; `on`, all but what is too little for it; or `off`",
    ),
  "file.rotate.size": z
    .union([z.number().int().positive(), z.string().regex(sizePattern, "a number of bytes, or a size such as 100M or 1G")])
    .optional()
    .describe("The file is put aside before it gets bigger than this: bytes, or a size such as `100M`"),
  "file.rotate.interval": z
    .union([z.number().int().positive(), z.string().regex(durationPattern, "a number of seconds, or a duration such as 10m or 24h")])
    .optional()
    .describe("The file is put aside when it is this old, unless it is empty: seconds, or a duration such as `24h`"),
  "file.rotate.keep": z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe("How many files that were put aside are kept, as `path.1` (the newest), `path.2` and so on"),
};

type FileOptions = z.infer<z.ZodObject<typeof shape>>;

/** `export: file`. */
export const file: TransportKind = {
  name: "file",
  options: shape,
  create: (options, ctx) => new FileTransport(options as FileOptions, ctx),
};

const LINE_END = 0x0a;

/** How many bytes are best written in one go: the ordinary way, while they still lie in the cache of the processor; directly. */
const CHUNK_BYTES = 1 << 17;
const DIRECT_CHUNK_BYTES = 1 << 20;

/** After how long a file that is in use is looked at again, to put it aside. */
const BUSY_MS = 50;
/** No timer takes more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Writes to a file, which may be put aside for a new one when it is big or old enough, always between two records. */
class FileTransport implements Transport {
  readonly #path: string;
  readonly #append: boolean;
  readonly #mostBytes: number;
  readonly #mostMs: number;
  readonly #keep: number;
  readonly #direct: FileOptions["file.direct"];
  readonly #burst: Burst = new Burst();
  readonly #ctx: PluginContext;
  #handle: FileHandle | undefined;
  /** The direct way into the same file, once it was wanted; `null` if there is none. */
  #directFile: DirectFile | null | undefined;
  #isRegular = false;
  #size = 0;
  #begun = 0;
  /** Calls when the file is old enough. */
  #timer: Timer | undefined;
  // While a call to the system is under way, or a record stands in the file in part, nothing may be put aside.
  #isWriting = false;
  /** How many bytes at the end of the file are those of a record that does not end there. */
  #unfinished = 0;
  /** The file being put aside by the timer. */
  #puttingAside: Promise<void> | undefined;

  constructor(options: FileOptions, ctx: PluginContext) {
    this.#path = options["file.path"];
    this.#append = options["file.append"];
    this.#mostBytes = bytesOf(options["file.rotate.size"]);
    this.#mostMs = durationMs(options["file.rotate.interval"]);
    this.#keep = options["file.rotate.keep"];
    this.#direct = options["file.direct"];
    this.#ctx = ctx;
  }

  /** Chunks may be big where they are not copied. */
  get chunkBytes(): number {
    return this.#isDirect ? DIRECT_CHUNK_BYTES : CHUNK_BYTES;
  }

  /** Nothing then goes the ordinary way between two direct writes. A file that is put aside ends where a record does. */
  get endsAtPages(): boolean {
    return this.#isDirect && !this.#isRotated;
  }

  get offset(): number {
    return this.#size;
  }

  async test(): Promise<void> {
    try {
      const found = await stat(this.#path).catch(missing);
      if (found?.isDirectory()) throw new Error("it is a folder");
      if (found) await access(this.#path, constants.W_OK);
      else if (!(await stat(dirname(this.#path))).isDirectory()) throw new Error(`${dirname(this.#path)} is no folder`);
      else await access(dirname(this.#path), constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw this.#error("open", cause);
    }
  }

  async open(): Promise<void> {
    try {
      await this.#open(this.#append ? 0 : constants.O_TRUNC);
      if (this.#append) await this.#endLine();
    } catch (cause) {
      throw this.#error("open", cause);
    }
  }

  async write(chunk: Chunk, from: number): Promise<number> {
    await this.#puttingAside;
    this.#isWriting = true;
    try {
      const to = await this.#room(chunk, from);
      const handle = (this.#handle ??= await this.#open(0));
      const written = await this.#put(handle.fd, chunk, from, to);
      this.#size += written;
      this.#burst.add(written, this.#ctx.clock.monotonic());
      const end = from + written;
      const ended = lastEnd(chunk.ends, end);
      this.#unfinished = ended > from ? end - ended : this.#unfinished + written;
      return end;
    } catch (cause) {
      throw this.#error("write to", cause);
    } finally {
      this.#isWriting = false;
    }
  }

  async abandon(): Promise<void> {
    this.#size -= this.#unfinished;
    if (this.#unfinished > 0) await this.#handle?.truncate(this.#size);
    this.#unfinished = 0;
  }

  async close(): Promise<void> {
    await this.#puttingAside;
    await this.#close();
  }

  async #close(): Promise<void> {
    this.#timer?.cancel();
    const [handle, direct] = [this.#handle, this.#directFile];
    this.#handle = undefined;
    this.#directFile = undefined;
    await Promise.all([handle?.close(), direct?.close()]);
  }

  get #isRotated(): boolean {
    return this.#mostBytes !== Number.POSITIVE_INFINITY || this.#mostMs !== Number.POSITIVE_INFINITY;
  }

  get #isDirect(): boolean {
    return this.#isRegular && this.#directFile !== null && (this.#direct === "on" || (this.#direct === "auto" && this.#burst.isOn));
  }

  /** One call to the system: it may take fewer bytes than it is given. */
  async #put(fd: number, { bytes, isAligned }: Chunk, from: number, to: number): Promise<number> {
    if (isAligned && this.#isDirect) {
      const { lead, length } = DirectFile.share(bytes, from, to, this.#size);
      if (lead > 0) return writeTo(fd, true, bytes, from, from + lead);
      const written = length > 0 ? await this.#putDirect(fd, bytes, from, length) : undefined;
      if (written !== undefined) return taken(written);
    }
    return writeTo(fd, this.#isRegular, bytes, from, to);
  }

  async #putDirect(fd: number, bytes: Uint8Array, from: number, length: number): Promise<number | undefined> {
    this.#directFile ??= DirectFile.of(fd) ?? null;
    const written = await this.#directFile?.write(bytes, from, length);
    if (written !== undefined || this.#directFile === null) return written;
    const refusing = this.#directFile;
    this.#directFile = null;
    await refusing?.close();
    return undefined;
  }

  /** Up to where a chunk goes into the file as it is; puts the file aside first where nothing more of it does. */
  async #room({ bytes, ends }: Chunk, from: number): Promise<number> {
    if (!this.#isRotated) return bytes.length;
    // A record that is begun is ended in the same file.
    if (this.#unfinished === 0 && this.#size > 0 && (this.#isOld() || this.#size + nextEnd(ends, from) - from > this.#mostBytes)) await this.#putAside();
    return Math.max(nextEnd(ends, from), lastEnd(ends, Math.min(bytes.length, from + this.#mostBytes - this.#size)));
  }

  #isOld(): boolean {
    return this.#ctx.clock.now() - this.#begun >= this.#mostMs;
  }

  async #putAside(): Promise<void> {
    await this.#close();
    await shiftFiles(this.#path, this.#keep);
    await this.#open(0);
  }

  async #open(how: number): Promise<FileHandle> {
    const handle = await open(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | how, 0o644);
    this.#handle = handle;
    const found = await handle.stat();
    this.#size = found.size;
    this.#isRegular = found.isFile();
    this.#begin();
    return handle;
  }

  /** The file is new from now on: it is put aside when its time has come, whether anything is written then or not. */
  #begin(): void {
    this.#begun = this.#ctx.clock.now();
    this.#wait(this.#mostMs);
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    if (ms !== Number.POSITIVE_INFINITY) this.#timer = this.#ctx.clock.after(Math.min(ms, LONGEST_TIMER_MS), () => this.#beOld());
  }

  #beOld(): void {
    if (!this.#isOld()) this.#wait(this.#begun + this.#mostMs - this.#ctx.clock.now());
    else if (this.#isWriting || this.#unfinished > 0) this.#wait(BUSY_MS);
    else if (this.#size === 0) this.#begin();
    else
      this.#puttingAside = this.#putAside()
        .catch((cause: unknown) => {
          // The next write tries again, and is not done before it has succeeded.
          this.#ctx.log.warn(this.#error("put aside", cause).message);
        })
        .finally(() => {
          this.#puttingAside = undefined;
        });
  }

  /** Ends the last line of a file that somebody has left within one. */
  async #endLine(): Promise<void> {
    if (this.#size === 0) return;
    const reader = await open(this.#path, "r");
    const last = Buffer.alloc(1);
    await reader.read(last, 0, 1, this.#size - 1).finally(() => reader.close());
    if (last[0] === LINE_END) return;
    this.#ctx.log.warn(`${this.#path} ends within a record: it is left as it is, and a new line begun`);
    await this.#handle?.write("\n");
    this.#size += 1;
  }

  #error(what: string, cause: unknown): MillraceError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new MillraceError("MILLRACE_EXPORTER_FILE", `can't ${what} ${this.#path}: ${reason}`, { cause, retryable: true });
  }
}

function missing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== "ENOENT") throw cause;
}

/**
 * One call to the system: it may take fewer bytes than it is given. A regular file takes them into memory of the system, at
 * the speed of a copy: that is done at once, since to wake another thread for it costs more than the copy itself (a third
 * of the processor's time of a whole export, as measured). What may make its writer wait, such as a pipe, is waited for.
 */
function writeTo(fd: number, isRegular: boolean, bytes: Uint8Array, from: number, to: number): number | Promise<number> {
  if (isRegular) return taken(writeSync(fd, bytes, from, to - from));
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, to - from, null, (cause, written) => (cause ? reject(cause) : resolve(written)));
  }).then((written) => taken(written as number));
}

function taken(bytes: number): number {
  if (bytes === 0) throw new Error("the system takes nothing");
  return bytes;
}
