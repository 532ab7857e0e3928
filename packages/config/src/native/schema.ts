import { type Schema, type Shape, type ShapeName, shapes } from "./shape.ts";

/** The JSON Schema (draft 2020-12) of `millrace.yaml`. */
export function nativeSchema(): Schema {
  const { pipeline, ...others } = shapes;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://github.com/millrace/millrace/blob/main/packages/config/schema/millrace.schema.json",
    title: "Millrace pipeline",
    ...objectSchema(pipeline, { "^x-": true }),
    $defs: {
      ...Object.fromEntries(Object.entries(others).map(([name, shape]) => [name, objectSchema(shape, undefined, name as ShapeName)])),
      joints: {
        description: "One node or several; each by its name, or as a map that says more about the edge.",
        anyOf: [{ type: "string" }, { $ref: "#/$defs/joint" }, { type: "array", items: { anyOf: [{ type: "string" }, { $ref: "#/$defs/joint" }] } }],
      },
    },
  };
}

function objectSchema(shape: Shape, patterns?: Schema, name?: ShapeName): Schema {
  const schema = {
    description: shape.description,
    type: "object",
    properties: shape.keys,
    ...(patterns && { patternProperties: patterns }),
    ...(shape.required && { required: shape.required }),
    additionalProperties: false,
  };
  if (name !== "plugin") return schema;
  const oneOf = ["file", "directory", "package"].map((key) => ({ required: [key] }));
  return {
    description: shape.description,
    anyOf: [
      { type: "string", minLength: 1 },
      { ...schema, oneOf },
    ],
  };
}
