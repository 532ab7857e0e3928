/**
 * SysFlow data: the schema, traces, records in memory, the entities around them, and flat records with their attributes.
 *
 * @packageDocumentation
 */
export { eventChannel, flatChannel, sysflowChannel } from "./channels.ts";
export { Memo, type Memoised, memoOf } from "./entities/memo.ts";
export { NO_CONTAINER, NO_POD, NO_PROCESS, Surroundings } from "./entities/surroundings.ts";
export { EntityTables, type TableLimits } from "./entities/tables.ts";
export { ContainerVersion, FileVersion, HeaderVersion, type ParsedPath, PodVersion, ProcessVersion, parsePath } from "./entities/versions.ts";
export { type MissingEntity, ROW_HANDLER, type RowHandler, type RowVisitor, type WalkedEntity, walk } from "./entities/walk.ts";
export { WordTable } from "./entities/word-table.ts";
export { type ContextTags, EVENTS, EventBuilder, EventCursor, EventRows, type EventRule, type EventVerdict, isEventRows } from "./event/event-rows.ts";
export { eventRowsOf } from "./event/from-events.ts";
export { ZERO_FILE, ZERO_PROCESS } from "./flat/attribute-kinds.ts";
export { ATTRIBUTES, type Attribute, type AttributeOf, type AttributeScope, findAttribute, valueText } from "./flat/attributes.ts";
export { eventTypes, isOpenRead, isOpenWrite, openFlagNames, operationNames } from "./flat/flags.ts";
export { FlatBuilder, FlatCursor, FlatRows } from "./flat/flat-rows.ts";
export { flatten } from "./flat/flatten.ts";
export { commandLine } from "./flat/sysflow-attributes.ts";
export { bigintOf, compareHalves, decimalOf, highOf, lowOf } from "./int64.ts";
export { ipNumber, ipText } from "./ip.ts";
export { fingerprintLayout, layoutFingerprint } from "./layout-fingerprint.ts";
export { baseName, cleanPath, dirName, parseSocketPath } from "./paths.ts";
export { foidText } from "./rows/bytes.ts";
export { compileDecoder, type RecordDecoder } from "./rows/decoder.ts";
export { type Refused, type RowsBrand, rowsFrom, rowsOf, SysflowRows } from "./rows/sysflow-rows.ts";
export {
  containerAt,
  fileAt,
  fileEventAt,
  fileFlowAt,
  headerAt,
  k8sEventAt,
  messageAt,
  networkEventAt,
  networkFlowAt,
  podAt,
  processAt,
  processEventAt,
  processFlowAt,
  type RowSource,
  recordAt,
} from "./rows/to-records.ts";
export { type SchemaVersion, sysflowSchema } from "./schema/sysflow-schema.ts";
export {
  damageText,
  type PartMemory,
  PartPool,
  type PassedRecords,
  type ReadBytes,
  type ReadTraceOptions,
  readTrace,
  type TraceDamage,
  type TracePart,
} from "./trace/read-trace.ts";
export { datumWriter, type TraceWriter, traceWriter, type WriteTraceOptions, writeTrace } from "./trace/write-trace.ts";
export { trimSpace } from "./trim.ts";
export { processOidText, XxHash64 } from "./xxhash64.ts";
