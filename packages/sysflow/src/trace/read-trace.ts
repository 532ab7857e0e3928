import { MillraceError } from "@millrace/api";
import { compileDecoder, type RecordDecoder } from "../rows/decoder.ts";
import { BlockReader } from "./blocks.ts";
import { type ContainerHeader, readHeader } from "./container.ts";
import { Intake, type ReadBytes } from "./intake.ts";
import { PartBuilder, type PartMemory, PartPool, type TracePart } from "./parts.ts";

export { type PartMemory, PartPool, type ReadBytes, type TracePart };

/** A place in a trace that could not be read. */
export interface TraceDamage {
  readonly file: string;
  /** The byte of the file where it begins; for a record within a compressed block, where that block begins. */
  readonly offset: number;
  /** The block, counted from 1. */
  readonly block: number;
  readonly reason: string;
  /** How many records of the block were lost, where that is known. */
  readonly records: number | undefined;
}

/** Records that were passed over because the format does not name their type. */
export interface PassedRecords {
  readonly file: string;
  /** The name of the record in the trace's schema. */
  readonly type: string;
  readonly records: number;
}

export interface ReadTraceOptions {
  /** The name for messages. */
  readonly file: string;
  /** `stop` (the default): the first damage ends the reading with an error. `skip`: reading resumes at the next sync marker. */
  readonly onCorrupt?: "stop" | "skip";
  /** Called for each damage that is skipped. */
  readonly damaged?: (damage: TraceDamage) => void;
  /** Called at the end for each type of records that the format does not name. */
  readonly passed?: (passed: PassedRecords) => void;
  /** The most bytes a block may have, compressed or not. Default 64 MiB. */
  readonly maxBlockBytes?: number;
  /** How many bytes are read at once. Default 1 MiB. */
  readonly chunkBytes?: number;
  /** Memory to use again. Whoever reads gives it back, part by part, when the part is no longer read by anybody. */
  readonly pool?: PartPool;
}

/**
 * Reads a trace: an Avro object container file with the codecs `null`, `deflate` and `snappy`, whatever its size in the
 * memory of a few blocks. Small blocks are joined and big ones divided, so that a part is one batch.
 *
 * @throws MillraceError `MILLRACE_TRACE_NOT_AVRO` for a file whose head can't be read, `MILLRACE_TRACE_SCHEMA` for one
 *   that is no SysFlow, `MILLRACE_TRACE_CORRUPT` for damage further on, after everything before it has been given
 */
export async function* readTrace(read: ReadBytes, options: ReadTraceOptions): AsyncGenerator<TracePart, void, void> {
  const intake = new Intake(read, options.chunkBytes ?? 1 << 20);
  const { header, decoder } = await openTrace(intake, options.file);
  const blocks = new BlockReader(intake, header, options.maxBlockBytes ?? 64 * 1024 * 1024);
  const parts = new PartBuilder(decoder, intake.offset, options.pool);
  for (;;) {
    let block = blocks.next();
    if (block instanceof Promise) {
      // Nobody waits for a part to fill while the source is asked for more.
      if (parts.started) yield parts.flush();
      block = await block;
    }
    if (block === undefined) break;
    let damage = "reason" in block ? block : undefined;
    if (!("reason" in block)) {
      if (!parts.fits(block)) yield parts.flush();
      parts.take(block);
      while (!parts.decode()) yield parts.flush();
      damage = parts.damage;
    }
    if (!damage) continue;
    if (parts.started) yield parts.flush();
    const full: TraceDamage = { file: options.file, ...damage };
    if (options.onCorrupt !== "skip") throw corruptError(full);
    options.damaged?.(full);
    if ("reason" in block) parts.place = await blocks.resync();
  }
  if (parts.started) yield parts.flush();
  for (const [branch, records] of parts.passed) options.passed?.({ file: options.file, type: decoder.branches[branch] as string, records });
}

/** The sentence that tells of a damage. */
export function damageText(damage: TraceDamage): string {
  const lost = damage.records === undefined ? "" : ` (${damage.records} ${damage.records === 1 ? "record is" : "records are"} lost)`;
  return `${damage.file}: block ${damage.block} at byte ${damage.offset}: ${damage.reason}${lost}`;
}

function corruptError(damage: TraceDamage): MillraceError {
  return new MillraceError("MILLRACE_TRACE_CORRUPT", damageText(damage), {
    hint: "Everything before this place was processed. With on-corrupt=skip, reading resumes at the next sync marker.",
  });
}

async function openTrace(intake: Intake, file: string): Promise<{ header: ContainerHeader; decoder: RecordDecoder }> {
  try {
    const header = await readHeader(intake);
    return { header, decoder: compileDecoder(header.schema) };
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof MillraceError) throw new MillraceError(cause.code, `${file}: ${what}`, { cause });
    throw new MillraceError("MILLRACE_TRACE_NOT_AVRO", `${file}: cannot create OCFReader: ${what}`, {
      cause,
      hint: "A trace is an Avro object container file, such as the SysFlow collector writes.",
    });
  }
}
