import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { Surroundings } from "./entities/surroundings.ts";
import { HeaderVersion } from "./entities/versions.ts";
import { EventRows } from "./event/event-rows.ts";
import { ZERO_FILE, ZERO_PROCESS } from "./flat/attribute-kinds.ts";
import { ATTRIBUTES } from "./flat/attributes.ts";
import { openFlagNames, operationNames } from "./flat/flags.ts";
import { FlatRows } from "./flat/flat-rows.ts";
import * as L from "./rows/layout.ts";
import { LAYOUT_FIELDS } from "./rows/layout-fields.ts";
import { SysflowRows } from "./rows/sysflow-rows.ts";
import * as names from "./schema/names.ts";

/**
 * `sha256-` and 32 hexadecimal digits over all that a bundled plugin takes from this package as it is when it is built:
 * the columns of a row, the enums and flags, the table of attributes, and the fields of the objects that batches are made
 * of. Two builds of this package with the same fingerprint can read each other's batches. It takes some milliseconds to
 * make; a bundle that does not ask for it has no trace of it.
 */
export const layoutFingerprint: string = /* @__PURE__ */ fingerprintLayout();

/** The same, made when it is asked for: a program that is bundled and asks for it seldom does not make it at every start. */
export function fingerprintLayout(): string {
  return fingerprintOf(describeLayout());
}

/** The fingerprint of plain data, whatever the order of its keys. */
export function fingerprintOf(layout: unknown): string {
  return `sha256-${hash("sha256", JSON.stringify(sorted(layout))).slice(0, 32)}`;
}

/** What goes into the fingerprint, as plain data. */
export function describeLayout(): Readonly<Record<string, unknown>> {
  return {
    columns: L,
    fields: LAYOUT_FIELDS,
    names,
    flags: Array.from({ length: 32 }, (_, bit) => flagsOf(1 << bit)),
    attributes: [...ATTRIBUTES.values()].map(({ name, type, wide, scope, types, aliasOf }) => [name, type, wide, scope, types, aliasOf ?? null]),
    objects: objects(),
  };
}

/** The names of a flag: of an operation of a process or file, of one of the network, and of an open file. */
function flagsOf(bit: number): readonly (readonly string[])[] {
  return [operationNames(bit, names.PROCESS_EVENT), operationNames(bit, names.NETWORK_FLOW), openFlagNames(bit)];
}

/** The fields of what travels in batches, and of what these refer to. */
function objects(): Readonly<Record<string, readonly string[]>> {
  const rows = new SysflowRows(new Int32Array(L.STRIDE), Buffer.alloc(1), 0, 1, 1);
  const around = new Surroundings(undefined, ZERO_PROCESS, [ZERO_PROCESS], undefined, undefined, 0);
  const flat = new FlatRows(rows.words, rows.text, new Int32Array(1), [around], [ZERO_FILE], undefined, 1);
  return {
    rows: fieldsOf(rows),
    flat: fieldsOf(flat),
    events: fieldsOf(new EventRows(flat, new Int32Array(1), [{ rules: [] }])),
    around: fieldsOf(around),
    process: fieldsOf(ZERO_PROCESS),
    file: fieldsOf(ZERO_FILE),
    header: fieldsOf(new HeaderVersion(rows, 0)),
  };
}

/** The properties and methods of an object that other modules can see. */
function fieldsOf(object: object): string[] {
  return [...Object.getOwnPropertyNames(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))].sort();
}

/** A value with the keys of its objects in order: bundlers keep the order of a module's exports, and Node sorts them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
