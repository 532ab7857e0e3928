import type { Plugin } from "@millrace/api";

/** A schema, as far as the checks look into it. */
export interface Schema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** The options that a plugin knows, by name. */
export function propertiesOf(plugin: Plugin): ReadonlyMap<string, Schema> {
  const schema = plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }) as Schema | undefined;
  return new Map(Object.entries(schema?.properties ?? {}));
}

/**
 * The types that a value may have, or `undefined` where the schema does not say: it has none, or refers elsewhere.
 */
export function typesOf(schema: Schema): ReadonlySet<string> | undefined {
  if (schema.$ref !== undefined || schema.allOf !== undefined) return undefined;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const types = alternatives.map(typesOf);
    return types.includes(undefined) ? undefined : new Set(types.flatMap((known) => [...(known ?? [])]));
  }
  if (schema.enum !== undefined) return new Set(schema.enum.map(typeOf));
  if (schema.const !== undefined) return new Set([typeOf(schema.const)]);
  if (typeof schema.type === "string") return new Set([schema.type]);
  return Array.isArray(schema.type) ? new Set(schema.type as string[]) : undefined;
}

/** What keeps a value from being the JSON Schema (draft 2020-12) of an object: the keywords that planning and editors read. */
export function schemaFaults(schema: unknown): string[] {
  if (!isObject(schema)) return ["it is no object"];
  const faults: string[] = [];
  if (schema.type !== "object") faults.push(`its type is ${JSON.stringify(schema.type)}`);
  collectFaults(schema, "#", faults);
  return faults;
}

function collectFaults(schema: unknown, path: string, faults: string[]): void {
  if (typeof schema === "boolean") return;
  if (!isObject(schema)) {
    faults.push(`${path} is no schema`);
    return;
  }
  for (const type of schema.type === undefined ? [] : [schema.type].flat()) {
    if (!TYPES.includes(type as string)) faults.push(`${path} has the type ${JSON.stringify(type)}`);
  }
  if (schema.required !== undefined && !(Array.isArray(schema.required) && schema.required.every((key) => typeof key === "string"))) {
    faults.push(`${path}/required is no list of names`);
  }
  if (schema.enum !== undefined && !Array.isArray(schema.enum)) faults.push(`${path}/enum is no list`);
  for (const key of ["properties", "patternProperties", "$defs"]) {
    if (schema[key] === undefined) continue;
    if (!isObject(schema[key])) faults.push(`${path}/${key} is no object`);
    else for (const [name, inner] of Object.entries(schema[key])) collectFaults(inner, `${path}/${key}/${name}`, faults);
  }
  for (const key of ["items", "additionalProperties", "not", "propertyNames"])
    if (schema[key] !== undefined) collectFaults(schema[key], `${path}/${key}`, faults);
  for (const key of ["anyOf", "oneOf", "allOf", "prefixItems"]) {
    const list = schema[key];
    if (list === undefined) continue;
    if (!Array.isArray(list)) faults.push(`${path}/${key} is no list`);
    else for (const [index, inner] of list.entries()) collectFaults(inner, `${path}/${key}/${index}`, faults);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
