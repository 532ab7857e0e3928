// The options of a plugin as rows of a table, from its schema.
import { cell, code, table } from "./markdown.mjs";

/** Arrays that are longer than this are shown by their beginning. */
const SHOWN_ITEMS = 3;

/** The options: name, type, default, description, and whether one has to be given. */
export function optionsOf(plugin) {
  const schema = plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    if (property.description === undefined) throw new Error(`the option ${name} of ${plugin.kind}/${plugin.name} has no description`);
    return { name, type: typeOf(property), default: property.default, required: required.has(name), description: property.description };
  });
}

/** The table of the options of a plugin; `variable` names the environment variable of an option, where there is one. */
export function optionTable(plugin, variable) {
  const options = optionsOf(plugin);
  if (options.length === 0) return plugin.freeOptions ? "Whatever keys the configuration gives." : "None.";
  const head = ["option", "type", "default", ...(variable ? ["environment"] : []), "what it does"];
  return table(
    head,
    options.map((option) => [
      code(option.name),
      option.type,
      option.required ? "required" : defaultOf(option.default),
      ...(variable ? [code(variable(option.name))] : []),
      cell(option.description),
    ]),
  );
}

/** A type in words, with its bounds. */
function typeOf(schema) {
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(", ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(" or ");
  if (schema.type === "integer" || schema.type === "number") return `${schema.type}${boundsOf(schema)}`;
  if (schema.type === "array") return schema.items?.type ? `list of ${typeOf(schema.items)}` : "list";
  return { string: "text", boolean: "boolean", object: "map" }[schema.type] ?? "anything";
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (least !== undefined && most !== undefined) return ` ${least} to ${most}`;
  return [
    least !== undefined && ` ≥ ${least}`,
    exclusiveMinimum !== undefined && ` > ${exclusiveMinimum}`,
    most !== undefined && ` ≤ ${most}`,
    exclusiveMaximum !== undefined && ` < ${exclusiveMaximum}`,
  ]
    .filter(Boolean)
    .join(",");
}

function defaultOf(value) {
  if (value === undefined) return "";
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_ITEMS).map((item) => code(String(item)));
    return value.length > SHOWN_ITEMS ? `${shown.join(", ")} … (${value.length})` : shown.join(", ");
  }
  return code(typeof value === "object" ? JSON.stringify(value) : String(value));
}
