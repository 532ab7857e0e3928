/** A JSON Schema (draft 2020-12) as far as planning reads it: names and types of options. The schema's own `validate` judges the rest. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema with the document it stands in, which its references are resolved in. */
export interface SchemaAt {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

/** The most references and combinations followed from one schema, so that a recursive one ends. */
const MOST_STEPS = 200;

/** A schema without references and combinations: itself, or each of the schemas it is made of or chooses from. */
export function leavesOf({ schema, root }: SchemaAt): JsonSchema[] {
  const leaves: JsonSchema[] = [];
  const open: unknown[] = [schema];
  for (let steps = 0; open.length > 0 && steps < MOST_STEPS; steps++) {
    const next = open.shift();
    if (!isSchema(next)) continue;
    const { $ref, allOf, anyOf, oneOf, ...own } = next;
    if (typeof $ref === "string") open.push(resolveReference($ref, root));
    for (const list of [allOf, anyOf, oneOf]) if (Array.isArray(list)) open.push(...(list as unknown[]));
    if (Object.keys(own).some((key) => ASSERTIONS.has(key)) || ($ref ?? allOf ?? anyOf ?? oneOf) === undefined) leaves.push(own);
  }
  return leaves;
}

/** The keywords that say something about a value, and not only about the schema. */
const ASSERTIONS: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "const",
  "properties",
  "patternProperties",
  "additionalProperties",
  "required",
  "items",
  "prefixItems",
  "pattern",
  "minimum",
  "maximum",
]);

/** What a schema knows of the keys of an object. */
export interface Keys {
  /** The schemas of the keys that it names. A key may be named in several branches. */
  readonly named: ReadonlyMap<string, readonly SchemaAt[]>;
  /** The schema of any other key, where the schema says outright that there may be others. */
  readonly others: SchemaAt | undefined;
  readonly patterns: readonly { readonly pattern: RegExp; readonly at: SchemaAt }[];
  readonly required: ReadonlySet<string>;
}

/** The keys of an object as a schema knows them. A schema that names none, and does not forbid others, knows them all. */
export function keysOf(at: SchemaAt): Keys {
  const named = new Map<string, SchemaAt[]>();
  const patterns: { pattern: RegExp; at: SchemaAt }[] = [];
  const required = new Set<string>();
  let others: SchemaAt | undefined;
  let silent = true;
  for (const leaf of leavesOf(at)) {
    if (!typesOf(leaf).has("object")) continue;
    for (const [key, schema] of Object.entries(recordOf(leaf.properties))) named.set(key, [...(named.get(key) ?? []), schemaAt(schema, at.root)]);
    for (const [source, schema] of Object.entries(recordOf(leaf.patternProperties)))
      patterns.push({ pattern: new RegExp(source, "u"), at: schemaAt(schema, at.root) });
    if (Array.isArray(leaf.required)) for (const key of leaf.required) required.add(String(key));
    if (leaf.additionalProperties !== undefined) silent = false;
    if (leaf.additionalProperties === true || isSchema(leaf.additionalProperties)) others = schemaAt(leaf.additionalProperties, at.root);
  }
  if (silent && named.size === 0 && patterns.length === 0) others = schemaAt({}, at.root);
  return { named, others, patterns, required };
}

/** The schemas of one key, or an empty list for a key that the schema does not know. */
export function schemasOf(keys: Keys, key: string): readonly SchemaAt[] {
  const named = keys.named.get(key);
  if (named !== undefined) return named;
  const matching = keys.patterns.filter(({ pattern }) => pattern.test(key)).map(({ at }) => at);
  if (matching.length > 0) return matching;
  return keys.others === undefined ? [] : [keys.others];
}

/** The types that a schema without combinations takes. */
export function typesOf(leaf: JsonSchema): ReadonlySet<string> {
  if (typeof leaf.type === "string") return new Set([leaf.type]);
  if (Array.isArray(leaf.type)) return new Set(leaf.type.map(String));
  const values = valuesOf(leaf);
  if (values !== undefined) return new Set(values.map(typeOf));
  if (leaf.properties !== undefined || leaf.required !== undefined) return new Set(["object"]);
  return new Set(["null", "boolean", "number", "integer", "string", "array", "object"]);
}

/** The values that a schema lists, if it lists them. */
export function valuesOf(leaf: JsonSchema): readonly unknown[] | undefined {
  if ("const" in leaf) return [leaf.const];
  return Array.isArray(leaf.enum) ? (leaf.enum as unknown[]) : undefined;
}

/** The JSON Schema type of a value. A whole number is an `integer`. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

export function isSchema(value: unknown): value is JsonSchema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function schemaAt(schema: unknown, root: JsonSchema): SchemaAt {
  return { schema: isSchema(schema) ? schema : {}, root };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isSchema(value) ? value : {};
}

/** `#/$defs/name`, as JSON pointer (RFC 6901). References to other documents know nothing. */
function resolveReference(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith("#")) return {};
  let found: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isSchema(found) ? found[key] : Array.isArray(found) ? (found as unknown[])[Number(key)] : undefined;
  }
  return found;
}
