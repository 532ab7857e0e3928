import { isSchema, type JsonSchema, keysOf, leavesOf, type SchemaAt, schemaAt, schemasOf, typeOf, typesOf, valuesOf } from "./json-schema.ts";

const TRUE: ReadonlySet<string> = new Set(["true", "on", "yes", "1"]);
const FALSE: ReadonlySet<string> = new Set(["false", "off", "no", "0"]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * A value in the type that a schema asks for, where it was written as text: `"10"` is 10 where a number is wanted, `"on"`
 * is true where a boolean is, 10 is `"10"` where text is, and one value is a list of one where a list is. A value that is
 * right as it is, and one that can't be made right, stay as they are: the schema judges them.
 */
export function coerce(value: unknown, schemas: readonly SchemaAt[], depth: number = 0): unknown {
  if (depth > 16) return value;
  const leaves = schemas.flatMap((at) => leavesOf(at).map((leaf) => ({ leaf, root: at.root })));
  if (leaves.length === 0) return value;
  if (Array.isArray(value)) {
    const items = leaves.filter(({ leaf }) => typesOf(leaf).has("array"));
    return items.length === 0
      ? value
      : value.map((item, index) =>
          coerce(
            item,
            items.map(({ leaf, root }) => itemSchema(leaf, index, root)),
            depth + 1,
          ),
        );
  }
  if (isSchema(value)) {
    const objects = leaves.filter(({ leaf }) => typesOf(leaf).has("object")).map(({ leaf, root }) => keysOf({ schema: leaf, root }));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        coerce(
          inner,
          objects.flatMap((keys) => schemasOf(keys, key)),
          depth + 1,
        ),
      ]),
    );
  }
  if (leaves.some(({ leaf }) => accepts(leaf, value))) return value;
  for (const { leaf, root } of leaves) {
    const made = converted(value, leaf);
    if (made !== undefined) return made;
    if (onlyArray(leaf)) return [coerce(value, [itemSchema(leaf, 0, root)], depth + 1)];
  }
  return value;
}

/** Whether a schema takes lists. */
export function takesList(schemas: readonly SchemaAt[]): boolean {
  return schemas.some((at) => leavesOf(at).some((leaf) => typesOf(leaf).has("array")));
}

/** Whether a scalar has the type that a schema asks for, and is among its values if it lists them. */
function accepts(leaf: JsonSchema, value: unknown): boolean {
  const listed = valuesOf(leaf);
  if (listed !== undefined) return listed.includes(value);
  const types = typesOf(leaf);
  const type = typeOf(value);
  return types.has(type) || (type === "integer" && types.has("number"));
}

/** The scalar in a type that the schema takes, or `undefined`. */
function converted(value: unknown, leaf: JsonSchema): unknown {
  const types = typesOf(leaf);
  const candidates: unknown[] = [];
  if (typeof value === "string") {
    const text = value.trim();
    if ((types.has("number") || types.has("integer")) && NUMBER.test(text) && Number.isFinite(Number(text))) candidates.push(Number(text));
    if (types.has("boolean") && TRUE.has(text.toLowerCase())) candidates.push(true);
    if (types.has("boolean") && FALSE.has(text.toLowerCase())) candidates.push(false);
  } else if (typeof value === "number" || typeof value === "boolean") {
    if (types.has("string")) candidates.push(String(value));
  }
  return candidates.find((candidate) => accepts(leaf, candidate));
}

function onlyArray(leaf: JsonSchema): boolean {
  const types = typesOf(leaf);
  return types.size === 1 && types.has("array");
}

function itemSchema(leaf: JsonSchema, index: number, root: JsonSchema): SchemaAt {
  const first = Array.isArray(leaf.prefixItems) ? (leaf.prefixItems as unknown[])[index] : undefined;
  return schemaAt(first ?? leaf.items, root);
}
