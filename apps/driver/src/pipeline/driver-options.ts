import type { NodeSpec, Plugin } from "@millrace/api";
import type { DialectResult } from "@millrace/config";
import type { Registry } from "@millrace/core";

/**
 * Hands options of the command line, such as the input path, to those drivers of a pipeline that have such options: one
 * that reads from elsewhere has no use for a path. What the configuration sets for a driver wins.
 */
export async function withDriverOptions(
  parsed: DialectResult,
  registry: Registry,
  given: Readonly<Record<string, string | undefined>>,
): Promise<DialectResult> {
  if (parsed.spec === undefined) return parsed;
  const nodes = await Promise.all(parsed.spec.nodes.map((node) => (node.kind === "driver" ? withOptions(node, registry, given) : node)));
  return { ...parsed, spec: { ...parsed.spec, nodes } };
}

async function withOptions(node: NodeSpec, registry: Registry, given: Readonly<Record<string, string | undefined>>): Promise<NodeSpec> {
  // Planning resolves it again, and tells what is wrong with it.
  const plugin = (await registry.resolve(node.kind, node.plugin)).found?.plugin;
  const set = new Set(Object.keys(node.options).map((key) => key.toLowerCase()));
  const added = Object.entries(given).filter(([key, value]) => value !== undefined && !set.has(key) && (plugin === undefined || knows(plugin, key)));
  return added.length === 0 ? node : { ...node, options: { ...node.options, ...Object.fromEntries(added) } };
}

function knows(plugin: Plugin, key: string): boolean {
  if (plugin.options === undefined) return plugin.freeOptions;
  const { properties } = plugin.options["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  return properties !== null && typeof properties === "object" && Object.hasOwn(properties, key);
}
