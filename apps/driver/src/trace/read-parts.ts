import { type FileHandle, open } from "node:fs/promises";
import { MillraceError } from "@millrace/api";
import { damageText, EntityTables, FlatBuilder, type FlatRows, PartPool, readTrace, type SysflowRows, walk } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import type { Progress } from "./progress.ts";
import { counted, warn } from "./report.ts";

/** How a trace is read. */
export interface ReadingOptions {
  /** What a damaged place does: `stop` is an error after all before it has been given, `skip` goes on behind it. */
  readonly onCorrupt: "stop" | "skip";
  readonly progress: Progress;
  /** Told of each damage that was skipped, and of records of unknown types, beside the warning. */
  readonly damaged?: (lost: number | undefined) => void;
}

/** How many bytes are read at once. */
const CHUNK_BYTES = 1 << 20;

/**
 * The records of a trace, a part at a time. A part is used again when the next one is asked for: who wants to keep a record
 * detaches it.
 *
 * @throws MillraceError `MILLRACE_TRACE_FILE` for a file that can't be read, and what {@link readTrace} throws
 */
export async function* readParts(file: string, { onCorrupt, progress, damaged }: ReadingOptions): AsyncGenerator<SysflowRows, void, void> {
  const handle = await openTrace(file);
  try {
    const { size } = await handle.stat();
    const pool = new PartPool(2);
    const parts = readTrace((into) => readSome(handle, file, into), {
      file,
      onCorrupt,
      pool,
      chunkBytes: Math.min(CHUNK_BYTES, Math.max(4096, size)),
      damaged: (damage) => {
        progress.clear();
        warn(damageText(damage));
        damaged?.(damage.records);
      },
      passed: ({ type, records }) => {
        progress.clear();
        warn(`${file}: ${counted(records, "record")} of the unknown type ${type} passed over`);
      },
    });
    for await (const part of parts) {
      yield part.rows;
      pool.give(part);
      progress.show(file, part.place, size);
    }
  } finally {
    progress.clear();
    await handle.close();
  }
}

/** Some flat records, and how many came before them. */
export interface NumberedBatch {
  readonly batch: FlatRows;
  readonly before: number;
}

/** The flat records of a trace, a batch at a time. A batch is good until the next one is asked for. */
export async function* readFlat(file: string, options: ReadingOptions): AsyncGenerator<NumberedBatch, void, void> {
  const tables = new EntityTables();
  let before = 0;
  for await (const rows of readParts(file, options)) {
    const { batch } = flattenPart(rows, tables);
    if (batch === undefined) continue;
    yield { batch, before };
    before += batch.records;
  }
}

/** What comes of a part when it is flattened. */
export interface FlatPart {
  /** The flat records, `undefined` for none. */
  readonly batch: FlatRows | undefined;
  /** How many events have no flat form: network events and process flows. */
  readonly formless: number;
}

/** Flattens a part. Takes its entities into the tables. */
export function flattenPart(rows: SysflowRows, tables: EntityTables): FlatPart {
  const builder = new FlatBuilder();
  let formless = 0;
  walk(rows, tables, {
    begin: (begun) => builder.begin(begun),
    event: (base, type, around, file, newFile) => {
      if (hasFlatForm(type)) builder.add(base, around, file, newFile);
      else formless += 1;
    },
    // What is not known is zero in the flat record.
    missing: () => undefined,
  });
  tables.endBatch();
  return { batch: builder.end(), formless };
}

/** Whether events of a type, given by its number, become flat records. */
export function hasFlatForm(type: number): boolean {
  return type !== names.NETWORK_EVENT && type !== names.PROCESS_FLOW;
}

/** Tells of events that were left out because there is nothing to show or to judge of them. */
export function tellFormless(count: number, what: string): void {
  if (count === 0) return;
  process.stderr.write(`${counted(count, "network event or process flow", "network events and process flows")} ${what}: there is no flat form of them\n`);
}

async function openTrace(file: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    if ((await handle.stat()).isDirectory()) throw new Error("is a directory");
    return handle;
  } catch (cause) {
    await handle?.close();
    throw fileError("can't read", file, cause);
  }
}

async function readSome(handle: FileHandle, file: string, into: Buffer): Promise<number> {
  try {
    return (await handle.read(into, 0, into.length, null)).bytesRead;
  } catch (cause) {
    throw fileError("can't read", file, cause);
  }
}

/** The error for a file that can't be read or written. */
export function fileError(what: string, file: string, cause: unknown): MillraceError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new MillraceError("MILLRACE_TRACE_FILE", `${what} ${file}: ${reason}`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOSPC: "no space left on device",
};
