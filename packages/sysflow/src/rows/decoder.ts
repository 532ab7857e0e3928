import type { Buffer } from "node:buffer";
import { RECORD_NAMES } from "../schema/names.ts";
import { parseSchema, schemaError } from "../schema/parse.ts";
import { branchesOf, decoderSource } from "./codegen.ts";
import type { DecoderState } from "./decoder-state.ts";
import { readInt, readLong, readWide } from "./varint.ts";

export { SLACK } from "./codegen.ts";

/**
 * Decodes records one after the other into rows.
 *
 * @param row - the first row to fill
 * @param last - the row to stop before
 * @param p - the offset of the first record
 * @param limit - no further record is taken once it would end beyond this offset, unless it is the first one
 * @returns the offset after the last decoded record; `state` says the rest: the next row, the records that are left, and
 *   in `why` what is wrong with the record at that offset
 */
type Decode = (state: DecoderState, bytes: Buffer, view: DataView, words: Int32Array, row: number, last: number, p: number, limit: number) => number;

/** A decoder made for one writer's schema. It holds no state: a {@link DecoderState} does. */
export interface RecordDecoder {
  readonly decode: Decode;
  /** The names of the records in the writer's union, by branch. */
  readonly branches: readonly string[];
  /** The schema it was made for, as text. */
  readonly schema: string;
}

/**
 * Makes the decoder for a writer's schema. Fields are found by name; what the schema lacks is zero or absent.
 *
 * @throws MillraceError `MILLRACE_TRACE_SCHEMA` for a schema that is no SysFlow.
 */
export function compileDecoder(schema: string): RecordDecoder {
  const top = parseSchema(schema);
  if (top.kind !== "record") throw schemaError(`a record is expected at the top, and there is a type of kind ${top.kind}`);
  const branches = branchesOf(top).map((type) => ("name" in type ? type.name : type.kind));
  const recordTypes = branchesOf(top).map((type, i) => (type.kind === "record" ? recordType(branches[i] as string) : -1));
  if (!recordTypes.some((type) => type >= 0)) throw schemaError(`it has none of the records of SysFlow, only ${branches.join(", ")}`);
  const { source, types } = decoderSource(top, recordTypes);
  const make = new Function("types", "readLong", "readWide", "readInt", source) as (...known: unknown[]) => Decode;
  return { decode: make(types, readLong, readWide, readInt), branches, schema };
}

/** The type of a record by its name, or by its last part where a schema has other namespaces; -1 for none of ours. */
function recordType(name: string): number {
  const exact = RECORD_NAMES.indexOf(name);
  if (exact >= 0) return exact;
  const simple = simpleName(name);
  return RECORD_NAMES.findIndex((ours) => simpleName(ours) === simple);
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
