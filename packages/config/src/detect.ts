import { DiagnosticBag } from "@millrace/text";
import { entriesOf, type TreeNode } from "./tree/node.ts";
import { parseYaml, textScalar } from "./tree/yaml.ts";

/** The dialects by the names that their pipelines carry. */
export type DialectName = "sysflow" | "flow" | "fluentbit" | "native";

/**
 * Tells in which dialect a configuration is written, by its name and its top-level keys. `undefined` where nothing tells.
 */
export function detectDialect(fileName: string, text: string): DialectName | undefined {
  const name = fileName.replace(/^.*[\\/]/, "").toLowerCase();
  if (name.endsWith(".conf") || looksClassic(text)) return "fluentbit";
  return dialectOf(text) ?? (/^millrace\b.*\.(?:ya?ml|json)$/.test(name) ? "native" : undefined);
}

/** A section header or a command in the first column, before anything else. */
function looksClassic(text: string): boolean {
  const first = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .find((line) => line.trim() !== "" && !line.startsWith("#"));
  return first !== undefined && (/^\[[A-Za-z_ ]+\]/.test(first) || /^@(?:include|set)\s/i.test(first));
}

const FLUENTBIT_KEYS: readonly string[] = ["env", "parsers", "multiline_parsers", "customs", "includes", "upstream_servers", "stream_processor"];

function dialectOf(text: string): DialectName | undefined {
  // JSON is YAML too. Whatever is wrong with the text, its own dialect will say.
  const [root] = parseYaml({ file: "", text }, { scalars: textScalar, duplicates: "keep" }, new DiagnosticBag());
  if (root?.kind !== "map") return undefined;
  const keys = entriesOf(root, (key) => key.toLowerCase());
  if (keys.has("nodes")) return "native";
  if (keys.has("components") || keys.has("actors")) return "flow";
  const pipeline = keys.get("pipeline")?.value;
  if (pipeline?.kind === "list") return "sysflow";
  if (hasAny(pipeline, ["inputs", "filters", "outputs", "customs"])) return "fluentbit";
  if (FLUENTBIT_KEYS.some((key) => keys.has(key))) return "fluentbit";
  if (pipeline !== undefined || keys.has("system")) return "flow";
  return keys.has("service") || keys.has("plugins") ? "fluentbit" : undefined;
}

function hasAny(node: TreeNode | undefined, names: readonly string[]): boolean {
  return node?.kind === "map" && node.entries.some(({ key }) => names.includes(key.toLowerCase()));
}
