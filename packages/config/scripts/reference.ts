import { type Schema, type Shape, shapes } from "../src/native/shape.ts";

/** The tables of all keys of `millrace.yaml`, as Markdown. */
export function nativeReference(): string {
  return Object.entries(shapes)
    .map(([name, shape]) => section(name, shape))
    .join("\n");
}

const TITLES: Readonly<Record<string, string>> = {
  pipeline: "The file",
  service: "`service`",
  plugin: "An element of `plugins`",
  node: "A node",
  hosted: "A plugin in a node",
  joint: "An element of `from` and `to`",
  edge: "An element of `edges`",
  bounds: "`credit` and `bounds`",
  style: "`style`",
};

function section(name: string, shape: Shape): string {
  const required: readonly string[] = shape.required ?? [];
  const rows = Object.entries(shape.keys).map(
    ([key, schema]) => `| \`${key}\`${required.includes(key) ? " (required)" : ""} | ${typeOf(schema)} | ${String(schema.description)} |\n`,
  );
  return `### ${TITLES[name] ?? name}\n\n${shape.description}\n\n| key | value | |\n|---|---|---|\n${rows.join("")}`;
}

const NAMES: Readonly<Record<string, string>> = {
  joints: "one node or several",
  joint: "map",
  hosted: "map",
  bounds: "map",
  service: "map",
  style: "map",
  node: "map",
  edge: "map",
  plugin: "text or map",
};

function typeOf(schema: Schema): string {
  if (typeof schema.$ref === "string") return NAMES[schema.$ref.replace(/^.*\//, "")] ?? "map";
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (Array.isArray(schema.anyOf)) return [...new Set((schema.anyOf as Schema[]).map(typeOf))].join(", ");
  if (schema.type === "array") return `list of ${typeOf(schema.items as Schema)}`;
  if (schema.type === "object") return typeof schema.additionalProperties === "object" ? "map by name" : "map";
  if (schema.type === "string") return typeof schema.pattern !== "string" ? "text" : schema.pattern.includes("ms|s") ? "duration" : "size";
  return schema.type === undefined ? "anything" : String(schema.type);
}
