/** A small judge of JSON Schema: the keywords that our own schema uses, and no others. Gives what is wrong, by path. */
export function schemaProblems(schema: unknown, value: unknown, root: unknown = schema, path = ""): string[] {
  if (schema === true) return [];
  const rules = schema as Record<string, unknown>;
  const unknown = Object.keys(rules).filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0) throw new Error(`the schema uses ${unknown.join(", ")}, which this judge does not know`);
  const problems: string[] = [];
  const wrong = (text: string): void => void problems.push(`${path || "/"}: ${text}`);
  const inside = (part: unknown, inner: unknown = value, at: string = path): string[] => schemaProblems(part, inner, root, at);

  if (typeof rules.$ref === "string") problems.push(...inside(resolved(rules.$ref, root)));
  if (rules.type !== undefined && !hasType(value, rules.type as string)) wrong(`is no ${String(rules.type)}`);
  if (Array.isArray(rules.enum) && !rules.enum.includes(value)) wrong("is none of the values");
  if ("const" in rules && rules.const !== value) wrong(`is not ${String(rules.const)}`);
  if (typeof value === "string" && typeof rules.minLength === "number" && value.length < rules.minLength) wrong("is too short");
  if (typeof value === "string" && typeof rules.pattern === "string" && !new RegExp(rules.pattern, "u").test(value)) wrong("does not match");
  if (typeof value === "number" && typeof rules.minimum === "number" && value < rules.minimum) wrong("is too small");
  if (Array.isArray(rules.anyOf) && !rules.anyOf.some((part) => inside(part).length === 0)) wrong("fits none of the forms");
  if (Array.isArray(rules.oneOf) && rules.oneOf.filter((part) => inside(part).length === 0).length !== 1) wrong("does not fit exactly one form");
  if (Array.isArray(value) && rules.items !== undefined) problems.push(...value.flatMap((item, index) => inside(rules.items, item, `${path}/${index}`)));
  if (value !== null && typeof value === "object" && !Array.isArray(value))
    problems.push(...objectProblems(rules, value as Record<string, unknown>, inside, path));
  return problems;
}

const KNOWN: readonly string[] = [
  "$schema",
  "$id",
  "$defs",
  "$ref",
  "title",
  "description",
  "type",
  "enum",
  "const",
  "minLength",
  "pattern",
  "minimum",
  "anyOf",
  "oneOf",
  "items",
  "properties",
  "patternProperties",
  "additionalProperties",
  "required",
];

function objectProblems(
  rules: Record<string, unknown>,
  value: Record<string, unknown>,
  inside: (part: unknown, inner?: unknown, at?: string) => string[],
  path: string,
): string[] {
  const properties = (rules.properties ?? {}) as Record<string, unknown>;
  const patterns = Object.entries((rules.patternProperties ?? {}) as Record<string, unknown>);
  const missing = ((rules.required ?? []) as string[]).filter((key) => !Object.hasOwn(value, key)).map((key) => `${path || "/"}: has no ${key}`);
  const inner = Object.entries(value).flatMap(([key, each]) => {
    const at = `${path}/${key}`;
    if (Object.hasOwn(properties, key)) return inside(properties[key], each, at);
    const pattern = patterns.find(([expression]) => new RegExp(expression, "u").test(key));
    if (pattern !== undefined) return inside(pattern[1], each, at);
    if (rules.additionalProperties === false) return [`${at}: is not known`];
    return rules.additionalProperties === undefined || rules.additionalProperties === true ? [] : inside(rules.additionalProperties, each, at);
  });
  return [...missing, ...inner];
}

function resolved(reference: string, root: unknown): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
}

function hasType(value: unknown, type: string): boolean {
  if (type === "object") return value !== null && typeof value === "object" && !Array.isArray(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}
