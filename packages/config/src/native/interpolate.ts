import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { ENVIRONMENT, SYNTAX } from "../codes.ts";
import type { Environment } from "../dialect.ts";
import { placeOf, type ScalarNode, type TreeNode } from "../tree/node.ts";
import { yaml12Scalar } from "../tree/yaml.ts";

const REFERENCE = /(\$+)\{env:([^}]*)(\}?)/g;

/**
 * Replaces `${env:NAME}` and `${env:NAME:-default}` in all values below a node. A value that was written without quotes is
 * then read again, so that `${env:PORT}` may be a number. `$${env:` stands for `${env:` itself.
 */
export function interpolate(node: TreeNode, environment: Environment, bag: DiagnosticBag): TreeNode {
  if (node.kind === "list") return { ...node, items: node.items.map((item) => interpolate(item, environment, bag)) };
  if (node.kind === "map") return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: interpolate(entry.value, environment, bag) })) };
  if (typeof node.value !== "string" || !node.value.includes("${env:")) return node;
  return scalar(node, node.value, environment, bag);
}

function scalar(node: ScalarNode, value: string, environment: Environment, bag: DiagnosticBag): ScalarNode {
  let replaced = false;
  const text = value.replace(REFERENCE, (written: string, dollars: string, inside: string, close: string) => {
    if (dollars.length > 1) return written.slice(1);
    if (close === "") {
      bag.error(SYNTAX, '"${env:" is never closed: "}" is missing', { place: placeOf(node) });
      return "";
    }
    replaced = true;
    return variableOf(inside, node, environment, bag);
  });
  return { ...node, text, value: replaced && isPlain(node) ? yaml12Scalar(text) : text };
}

function variableOf(inside: string, node: ScalarNode, environment: Environment, bag: DiagnosticBag): string {
  const at = inside.indexOf(":-");
  const name = at < 0 ? inside : inside.slice(0, at);
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && (value !== "" || at < 0)) return value;
  if (at >= 0) return inside.slice(at + 2);
  bag.error(ENVIRONMENT, `the environment variable "${name}" is not set`, {
    place: placeOf(node),
    hint: didYouMean(name, Object.keys(environment)) ?? `set it, or give a default: \${env:${name}:-…}`,
  });
  return "";
}

function isPlain({ source, span }: ScalarNode): boolean {
  return !["'", '"', "|", ">"].includes(source.text[span.start] ?? "");
}

/** Writes a text so that reading gives it back. */
export function protect(text: string): string {
  return text.replace(/\$+\{env:/g, (written) => `$${written}`);
}
