import type { PluginKind } from "@millrace/api";

/** A piece of JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** A map with known keys: what the reader accepts, and what the schema says. */
export interface Shape {
  readonly description: string;
  readonly keys: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export const PLUGIN_KINDS: readonly PluginKind[] = ["driver", "processor", "handler", "action", "link", "input", "filter", "output", "node"];

export type ShapeName = "pipeline" | "service" | "plugin" | "node" | "hosted" | "joint" | "edge" | "bounds" | "style";

const any: Schema = {};
const text: Schema = { type: "string", minLength: 1 };
const kind: Schema = { enum: PLUGIN_KINDS };
const open: Schema = { type: "object", additionalProperties: true };
const duration: Schema = { type: "string", pattern: "^(\\d+(\\.\\d+)?(ms|s|m|h|d)|\\$.*)$" };
const size: Schema = {
  anyOf: [
    { type: "integer", minimum: 1 },
    { type: "string", pattern: "^(\\d+(\\.\\d+)?\\s*([KMG]i?B|B)?|\\$.*)$" },
  ],
};
const count: Schema = { type: "integer", minimum: 1 };
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const described = (description: string, schema: Schema): Schema => ({ description, ...schema });
const oneOrMany = (schema: Schema): Schema => ({ anyOf: [schema, { type: "array", items: schema }] });

/** All shapes of the native dialect. The first one is the whole file. */
export const shapes: Readonly<Record<ShapeName, Shape>> = {
  pipeline: {
    description: "A pipeline: nodes, and how they are joined.",
    keys: {
      $schema: described("The schema of this file, for editors.", { type: "string" }),
      service: described("Settings of the whole pipeline.", ref("service")),
      plugins: described("Where plugins are looked for beside the built-in ones.", { type: "array", items: ref("plugin") }),
      nodes: described("The nodes by name, in their order. Each is an instance of a plugin.", { type: "object", additionalProperties: ref("node") }),
      edges: described("Edges, in their order, for pipelines that are not written with `from` and `to`.", { type: "array", items: ref("edge") }),
    },
    required: ["nodes"],
  },
  service: {
    description: "Settings of the whole pipeline.",
    keys: {
      grace: described("How long a drain may take before the run ends anyway, such as `5s`. `unlimited` waits for as long as it takes. Default 5s.", {
        anyOf: [duration, { const: "unlimited" }],
      }),
      health: described("How long all health checks together may take, such as `10s`. Default 10s.", duration),
      settings: described("Settings that are handed to the plugins as they are.", open),
    },
  },
  plugin: {
    description: "A place to look for plugins: one of `file`, `directory` and `package`. Relative paths are seen from the folder of this file.",
    keys: {
      file: described("A file that holds a plugin, or several.", text),
      directory: described("A folder in which each plugin is a file or a folder of its own.", text),
      package: described("An npm package.", text),
      kind: described("Only plugins of this kind are wanted from there.", kind),
      required: described("Whether it is an error that it does not exist. Default true.", { type: "boolean" }),
    },
  },
  node: {
    description: "An instance of a plugin.",
    keys: {
      plugin: described("The name of the plugin, or `<kind>/<name>`, such as `output/stdout`.", text),
      kind: described("The kind of the plugin. It may be left out where only one kind has a plugin of this name.", kind),
      options: described("The plugin's own options.", open),
      from: described("The nodes that send to this one.", ref("joints")),
      to: described("The nodes that this one sends to.", ref("joints")),
      handler: described("The handler that lives in this node: its name, or a map.", { anyOf: [text, ref("hosted")] }),
      hosted: described("The plugins that live in this node, by slot.", { type: "object", additionalProperties: oneOrMany({ anyOf: [text, ref("hosted")] }) }),
      instance: described("Settings that the plugin's family gives to every instance of its kind: a tag, a retry limit.", open),
      optional_input: described("Whether it may be left without an input: a warning then, not an error.", { type: "boolean" }),
      on_lost: described("What a source does with what is lost; the plugin's own choice if absent.", { enum: ["advance", "dead-letter", "stop"] }),
      credit: described("How much a source may have in flight.", ref("bounds")),
      style: described("How the options are written, for pipelines that were converted from another format.", ref("style")),
    },
    required: ["plugin"],
  },
  hosted: {
    description: "A plugin that lives in a node.",
    keys: {
      plugin: described("Its name.", text),
      kind: described("Its kind. Absent: the name of the slot, where that is a kind.", kind),
      options: described("Its own options. Absent: it takes from its host's options those that it knows.", open),
    },
    required: ["plugin"],
  },
  joint: {
    description: "A node at the other end, and the edge to it.",
    keys: {
      node: described("The name of the node.", text),
      channel: described("The channel kind; what the two plugins agree on, if absent.", text),
      match: described("Which batches take this edge; the channel kind gives it its meaning, such as a pattern for tags.", any),
      port: described("The name by which the sender chooses this edge, such as the value of a routing key.", { type: "string" }),
      queue: described("Edges of one sender with the same queue compete: each batch goes to one of them.", { type: "string" }),
      bounds: described("How much the channel holds.", ref("bounds")),
    },
    required: ["node"],
  },
  edge: {
    description: "An edge from one node to another.",
    keys: {
      from: described("The node that sends.", text),
      to: described("The node that receives.", text),
      channel: described("The channel kind; what the two plugins agree on, if absent.", text),
      match: described("Which batches take this edge; the channel kind gives it its meaning, such as a pattern for tags.", any),
      port: described("The name by which the sender chooses this edge, such as the value of a routing key.", { type: "string" }),
      queue: described("Edges of one sender with the same queue compete: each batch goes to one of them.", { type: "string" }),
      bounds: described("How much the channel holds.", ref("bounds")),
    },
    required: ["from", "to"],
  },
  bounds: {
    description: "Bounds on what a channel or a source holds.",
    keys: {
      records: described("The most records.", count),
      bytes: described("The most bytes, such as `4MiB`.", size),
    },
  },
  style: {
    description: "How options are written, and so how they are checked.",
    keys: {
      caseless: described("Keys match without regard to case.", { type: "boolean" }),
      textual: described("Numbers and booleans may be written as text, and text as a number.", { type: "boolean" }),
      unknown: described("What an unknown key is. Default error.", { enum: ["error", "warning"] }),
    },
  },
};

/** The keys that a map of a shape may have. */
export function keysOf(name: ShapeName): readonly string[] {
  return Object.keys(shapes[name].keys);
}
