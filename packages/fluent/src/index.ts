/**
 * Fluent Bit data: records as MessagePack, JSON and text.
 *
 * @packageDocumentation
 */

export { DATE_FORMATS, type DateFormat, eventTimeText, jsonDate } from "./date-text.ts";
export {
  type BadMessage,
  batchOfBytes,
  batchOfEntries,
  EncodedBatch,
  type EncodedRecords,
  entriesOfBatch,
  type ScannedBatch,
} from "./encoded-batch.ts";
export {
  type BadEntry,
  checkedTime,
  type Entries,
  type EntryParts,
  entryOf,
  partsOf,
  readEntry,
  scanEntries,
  writeEncodedEntry,
  writeEntry,
} from "./entry.ts";
export { type FormattedBatch, formatBatch, TEXT_FORMATS, type TextFormat } from "./format.ts";
export { jsonToMsgpack } from "./json-reader.ts";
export { entryToJson, type JsonRecordStyle, type JsonStyle, msgpackToJson } from "./json-text.ts";
export { Cursor, MAX_DEPTH, type ValueType } from "./msgpack-cursor.ts";
export { entryToText } from "./msgpack-text.ts";
export { Writer } from "./msgpack-writer.ts";
export { fixed6, general16, jsonDouble } from "./number-text.ts";
export { decodeValue, encodeValue, readValue, timestampExt, utf8, writeValue } from "./value.ts";
