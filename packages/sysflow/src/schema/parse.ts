import { MillraceError } from "@millrace/api";

/** A type of an Avro schema (specification 1.11, "Schema Declaration"). Logical types are ignored: the base type counts. */
export type AvroType =
  | { readonly kind: "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string" }
  | AvroRecord
  | { readonly kind: "enum"; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: "fixed"; readonly name: string; readonly size: number }
  | { readonly kind: "array"; readonly items: AvroType }
  | { readonly kind: "map"; readonly values: AvroType }
  | { readonly kind: "union"; readonly types: readonly AvroType[] };

export interface AvroRecord {
  readonly kind: "record";
  /** The full name, with its namespace. */
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: AvroType }[];
}

const PRIMITIVES: ReadonlySet<string> = new Set(["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);
const MAX_DEPTH = 64;

/**
 * Parses the text of an Avro schema.
 *
 * @throws MillraceError `MILLRACE_TRACE_SCHEMA` for a text that is no schema.
 */
export function parseSchema(text: string): AvroType {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw schemaError("it is not JSON", cause);
  }
  return typeOf(json, "", new Map(), 0);
}

/** The error for a schema that can't be used. */
export function schemaError(what: string, cause?: unknown): MillraceError {
  return new MillraceError("MILLRACE_TRACE_SCHEMA", `the schema of the trace can't be used: ${what}`, cause === undefined ? {} : { cause });
}

type Json = Readonly<Record<string, unknown>>;
type Named = Map<string, AvroType>;

function typeOf(json: unknown, namespace: string, named: Named, depth: number): AvroType {
  if (depth > MAX_DEPTH) throw schemaError(`types are nested deeper than ${MAX_DEPTH} levels`);
  if (typeof json === "string") return reference(json, namespace, named);
  if (Array.isArray(json)) return { kind: "union", types: json.map((type) => typeOf(type, namespace, named, depth + 1)) };
  if (json === null || typeof json !== "object") throw schemaError(`${JSON.stringify(json)} stands where a type is expected`);
  const object = json as Json;
  switch (object["type"]) {
    case "record":
    case "error":
      return recordOf(object, namespace, named, depth);
    case "enum":
      return define(object, namespace, named, (name) => ({ kind: "enum", name, symbols: symbolsOf(object, name) }));
    case "fixed":
      return define(object, namespace, named, (name) => ({ kind: "fixed", name, size: sizeOf(object, name) }));
    case "array":
      return { kind: "array", items: typeOf(object["items"], namespace, named, depth + 1) };
    case "map":
      return { kind: "map", values: typeOf(object["values"], namespace, named, depth + 1) };
    default:
      return typeOf(object["type"], namespace, named, depth + 1);
  }
}

function reference(name: string, namespace: string, named: Named): AvroType {
  if (PRIMITIVES.has(name)) return { kind: name as "null" };
  const found = named.get(fullName(name, namespace)) ?? named.get(name);
  if (!found) throw schemaError(`the type "${name}" is not defined`);
  return found;
}

function recordOf(object: Json, namespace: string, named: Named, depth: number): AvroType {
  const fields: { name: string; type: AvroType }[] = [];
  const record = define(object, namespace, named, (name) => ({ kind: "record", name, fields }));
  const inner = namespaceOf((record as AvroRecord).name);
  const written = object["fields"];
  if (!Array.isArray(written)) throw schemaError(`the record "${(record as AvroRecord).name}" has no fields`);
  for (const field of written as Json[]) {
    if (field === null || typeof field !== "object" || typeof field["name"] !== "string") {
      throw schemaError(`a field of "${(record as AvroRecord).name}" has no name`);
    }
    fields.push({ name: field["name"], type: typeOf(field["type"], inner, named, depth + 1) });
  }
  return record;
}

function define(object: Json, namespace: string, named: Named, make: (name: string) => AvroType): AvroType {
  const name = object["name"];
  if (typeof name !== "string" || name === "") throw schemaError(`a type of kind "${String(object["type"])}" has no name`);
  const own = typeof object["namespace"] === "string" ? object["namespace"] : namespace;
  const full = fullName(name, own);
  const type = make(full);
  named.set(full, type);
  return type;
}

function symbolsOf(object: Json, name: string): readonly string[] {
  const symbols = object["symbols"];
  if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === "string")) throw schemaError(`the enum "${name}" has no symbols`);
  return symbols;
}

function sizeOf(object: Json, name: string): number {
  const size = object["size"];
  if (typeof size !== "number" || !Number.isInteger(size) || size < 0 || size > 0x1000000) throw schemaError(`the fixed "${name}" has no usable size`);
  return size;
}

function fullName(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function namespaceOf(full: string): string {
  const dot = full.lastIndexOf(".");
  return dot < 0 ? "" : full.slice(0, dot);
}
