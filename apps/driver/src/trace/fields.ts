import { MillraceError } from "@millrace/api";
import type { AttributeValue, FlatType } from "@millrace/api/sysflow";
import { ATTRIBUTES, type FlatRows, findAttribute, valueText } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import { didYouMean } from "@millrace/text";
import { timeText } from "./moments.ts";

/** A flat record and its number in the trace, counted from 1. */
export interface NumberedRecord {
  readonly batch: FlatRows;
  readonly index: number;
  readonly number: number;
}

/** Something that is shown of a record: an attribute, or what is put together of several. */
export interface Field {
  /** As the user wrote it. */
  readonly name: string;
  readonly isNumber: boolean;
  value(record: NumberedRecord): AttributeValue;
}

/** The columns of a table, unless others are asked for. */
export const TABLE_FIELDS: readonly string[] = [
  "record",
  "time",
  "type",
  "proc.exe",
  "proc.pid",
  "pproc.pid",
  "opflags",
  "ret",
  "resource",
  "bytes",
  "container.name",
];

/** The columns of CSV, unless others are asked for. */
export const CSV_FIELDS: readonly string[] = [
  "sf.ts",
  "sf.type",
  "sf.proc.exe",
  "sf.proc.args",
  "sf.pproc.pid",
  "sf.proc.pid",
  "sf.proc.tid",
  "sf.opflags",
  "sf.ret",
  "resource",
  "sf.flow.rbytes",
  "sf.flow.wbytes",
  "sf.container.id",
];

/**
 * The fields of these names: attributes with `sf.` or without it, or one of {@link MADE_FIELDS}.
 *
 * @throws MillraceError `MILLRACE_TRACE_FIELD` that names all that are unknown
 */
export function fieldsOf(wanted: readonly string[]): Field[] {
  const unknown: string[] = [];
  const fields = wanted.flatMap((name): Field[] => {
    const made = MADE_FIELDS.find((field) => field.name === name);
    const attribute = findAttribute(`sf.${name}`) ?? findAttribute(name);
    if (made) return [made];
    if (attribute === undefined) unknown.push(name);
    return attribute === undefined ? [] : [{ name, isNumber: attribute.type === "I", value: ({ batch, index }) => attribute.get(batch, index) }];
  });
  if (unknown.length === 0) return fields;
  const known = [...MADE_FIELDS.map(({ name }) => name), ...ATTRIBUTES.keys(), ...[...ATTRIBUTES.keys()].map((name) => name.replace(/^sf\./, ""))];
  const hints = unknown.flatMap((name) => didYouMean(name, known) ?? []);
  throw new MillraceError("MILLRACE_TRACE_FIELD", `there is no field ${unknown.map((name) => `"${name}"`).join(", ")}`, {
    hint: hints.length > 0 ? hints.join(" ") : `a field is an attribute such as sf.proc.exe, or one of ${MADE_FIELDS.map(({ name }) => name).join(", ")}`,
  });
}

/** By the type of a record: every attribute that it has, under SysFlow's names. */
export function allFields(): ReadonlyMap<FlatType, readonly Field[]> {
  const own = [...ATTRIBUTES.values()].filter(({ name, aliasOf }) => name.startsWith("sf.") && !name.endsWith("+") && aliasOf === undefined);
  const types: readonly FlatType[] = ["PE", "NF", "FF", "FE", "KE"];
  return new Map(
    types.map((type) => [
      type,
      own
        .filter((attribute) => attribute.types.includes(type))
        .map((attribute) => ({ name: attribute.name, isNumber: attribute.type === "I", value: ({ batch, index }) => attribute.get(batch, index) })),
    ]),
  );
}

/** The type of a record. */
export function typeOf({ batch, index }: NumberedRecord): FlatType {
  return names.RECORD_TYPES[batch.type(index)] as FlatType;
}

/** A record in a line: number, type, operations, process, and what it was done to. */
export function recordLine(record: NumberedRecord): string {
  const read = (name: string): string => valueText(attribute(name, record));
  const type = typeOf(record);
  const what = type === "KE" ? "" : ` ${read("sf.opflags")} by ${read("sf.proc.exe")} (pid ${read("sf.proc.pid")})`;
  const on = type === "PE" ? "" : ` ${resourceOf(record)}`;
  return `#${record.number} ${type}${what}${on === "" || type === "KE" ? on : ` on${on}`} at ${timeText(BigInt(attribute("sf.ts", record) as bigint))}`;
}

/** What an event is about: the file, the connection, the component, or else the command line. */
function resourceOf(record: NumberedRecord): string {
  const read = (name: string): string => valueText(attribute(name, record));
  switch (typeOf(record)) {
    case "FF":
      return read("sf.file.path");
    case "FE": {
      const to = read("sf.file.newpath");
      return to === "" ? read("sf.file.path") : `${read("sf.file.path")} -> ${to}`;
    }
    case "NF":
      return `${read("sf.net.sip")}:${read("sf.net.sport")} -> ${read("sf.net.dip")}:${read("sf.net.dport")}`;
    case "KE":
      return `${read("sf.ke.kind")} ${read("sf.ke.action")}`;
    case "PE":
      return read("sf.proc.cmdline").trim();
  }
}

/** Fields that are no attributes. */
const MADE_FIELDS: readonly Field[] = [
  { name: "record", isNumber: true, value: ({ number }) => number },
  { name: "time", isNumber: false, value: (record) => timeText(attribute("sf.ts", record) as bigint) },
  { name: "endtime", isNumber: false, value: (record) => endTimeOf(record) },
  { name: "resource", isNumber: false, value: resourceOf },
  {
    name: "bytes",
    isNumber: true,
    value: (record) => (["NF", "FF"].includes(typeOf(record)) ? `${attribute("sf.flow.rbytes", record)}:${attribute("sf.flow.wbytes", record)}` : ""),
  },
];

function endTimeOf(record: NumberedRecord): string {
  const end = attribute("sf.endts", record);
  return end === 0 || end === 0n ? "" : timeText(BigInt(end as bigint));
}

function attribute(name: string, { batch, index }: NumberedRecord): AttributeValue {
  return findAttribute(name)?.get(batch, index) ?? "";
}
