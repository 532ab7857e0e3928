import { rmSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { constants } from "node:os";
import { isMillraceError, MillraceError } from "@millrace/api";
import type { SysflowRecord } from "@millrace/api/sysflow";
import { type TraceWriter, traceWriter } from "@millrace/sysflow";
import { leaveAtOnce } from "../machine/command.ts";
import { fileError } from "./read-parts.ts";
import { warn } from "./report.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** A trace in the making. It has its name once it is whole. */
export class TraceFile {
  /** Records that the format can't hold, and that were left out. */
  refused = 0;
  written = 0;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #writer: TraceWriter;
  readonly #interrupted: (signal: NodeJS.Signals) => void;
  #blocks: Uint8Array[] = [];

  private constructor(path: string, handle: FileHandle, writer: TraceWriter, interrupted: (signal: NodeJS.Signals) => void) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = writer;
    this.#interrupted = interrupted;
    this.#blocks.push(writer.head);
  }

  /**
   * Begins a trace.
   *
   * @param sync - the sixteen bytes between blocks; random if absent
   * @param notThis - a file that must not be written over, because it is being read
   * @throws MillraceError `MILLRACE_TRACE_FILE`
   */
  static async create(path: string, { sync, notThis }: { readonly sync?: Uint8Array; readonly notThis?: string } = {}): Promise<TraceFile> {
    if (notThis !== undefined && (await areSame(path, notThis))) {
      throw new MillraceError("MILLRACE_TRACE_FILE", `can't write ${path}: it is the trace that is read`, { hint: "give another name with -o" });
    }
    const writer = await traceWriter({ version: 5, ...(sync && { sync }) });
    // A signal ends the command at once, and half a trace is of no use to anybody, from the moment in which there is a file.
    const interrupted = (signal: NodeJS.Signals): void => {
      rmSync(partial(path), { force: true });
      leaveAtOnce(128 + constants.signals[signal]);
    };
    for (const signal of SIGNALS) process.once(signal, interrupted);
    try {
      return new TraceFile(path, await open(partial(path), "w"), writer, interrupted);
    } catch (cause) {
      for (const signal of SIGNALS) process.off(signal, interrupted);
      throw fileError("can't write", path, cause);
    }
  }

  /** Adds a record. One that the format can't hold is left out, counted, and told of the first time. */
  add(record: SysflowRecord): void {
    try {
      const block = this.#writer.add(record);
      this.written += 1;
      if (block) this.#blocks.push(block);
    } catch (cause) {
      if (!isMillraceError(cause)) throw cause;
      this.refused += 1;
      if (this.refused === 1) warn(cause.message);
    }
  }

  /** Writes the blocks that are full. To be called between parts, so that memory stays bounded. */
  async write(): Promise<void> {
    const blocks = this.#blocks;
    this.#blocks = [];
    try {
      for (const block of blocks) await this.#handle.writeFile(block);
    } catch (cause) {
      throw fileError("can't write", this.#path, cause);
    }
  }

  /** Writes what is left, and gives the file its name. */
  async finish(): Promise<void> {
    const rest = this.#writer.flush();
    if (rest) this.#blocks.push(rest);
    await this.write();
    await this.#close();
    try {
      await rename(partial(this.#path), this.#path);
    } catch (cause) {
      throw fileError("can't write", this.#path, cause);
    }
  }

  /** Takes away what was written so far. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(partial(this.#path), { force: true });
  }

  async #close(): Promise<void> {
    await this.#handle.close();
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
  }
}

function partial(path: string): string {
  return `${path}.partial`;
}

async function areSame(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(other)]);
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    // A file that is not there yet is not the other one; that the other one is missing, its reader tells.
    return false;
  }
}
