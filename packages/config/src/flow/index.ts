/**
 * The YAML of Flow (flowd), both generations.
 *
 * @packageDocumentation
 */
import type { PipelineSpec, PluginSource, ServiceSpec } from "@millrace/api";
import { DiagnosticBag, didYouMean, Source } from "@millrace/text";
import { MISSING, NO_EFFECT, SHAPE, UNKNOWN } from "../codes.ts";
import { type ConfigSource, type DialectResult, type Environment, findingsOf } from "../dialect.ts";
import { describe, type MapNode, placeOf, type TreeNode } from "../tree/node.ts";
import { parseYaml, yaml11Scalar } from "../tree/yaml.ts";
import { readEdges } from "./edges.ts";
import { type Generation, generations, readNodes } from "./nodes.ts";
import { checkKeys, isMap, mergeSettings, type ProvidedValue, readBoolean, readInteger, readText, type Setting } from "./settings.ts";

export type { Generation } from "./nodes.ts";
export type { Provided, ProvidedValue, Provider } from "./settings.ts";

/** What the command line of flowd adds to its configuration. */
export interface FlowParameters {
  /** As `-o` has them: `key=value`, or `key` alone for `true`. Later ones win. */
  readonly options?: readonly string[];
  /** `-plugin.path`, or `-flow-plugin-path`. Empty means not given. */
  readonly pluginPath?: string;
}

/** What the Flow dialect gives. */
export interface FlowResult extends DialectResult {
  /** Absent where it can't be told. */
  readonly generation: Generation | undefined;
  /** Every value that counts, with where it comes from and what it overrides, in the order of the configuration. */
  readonly values: readonly ProvidedValue[];
}

/**
 * Reads a configuration of flowd: `components:` is of the classic generation, `actors:` of v1alpha1. Values come from the
 * command line, else from the environment (`FLOW_ACTORS_RCV_PARAMS_BIND`), else from the file, else from the defaults.
 *
 * The service settings are `generation`, `maxprocs`, `admin` and `metrics`.
 */
export function readFlow(source: ConfigSource, environment: Environment = {}, parameters: FlowParameters = {}): FlowResult {
  const bag = new DiagnosticBag();
  const file = rootOf(source, bag);
  const dotted = file === undefined || file.entries.some((entry) => entry.key === "actors") || !file.entries.some((entry) => entry.key === "components");
  const options = [...(parameters.options ?? []), ...(parameters.pluginPath ? [`plugin.path=${parameters.pluginPath}`] : [])];
  const { root, values } = mergeSettings(file, { defaults: DEFAULTS, environment, options }, dotted, bag);
  const generation = generationOf(root, new Source(source.file, source.text), bag);
  const spec = generation && pipelineOf(root, generation, new Source(source.file, source.text), bag);
  return { spec, generation, values, diagnostics: findingsOf(bag) };
}

const DEFAULTS: Readonly<Record<string, unknown>> = { "plugin.path": "/etc/flowd/plugins" };

function rootOf(source: ConfigSource, bag: DiagnosticBag): MapNode | undefined {
  const [root, ...more] = parseYaml(source, { scalars: yaml11Scalar, duplicates: "warning" }, bag);
  for (const other of more) bag.warning(NO_EFFECT, "only the first document of a file is read", { place: placeOf(other) });
  if (root === undefined || root.kind === "map") return root;
  bag.error(SHAPE, `a configuration is a map, and this is ${describe(root as TreeNode)}`, { place: placeOf(root) });
  return undefined;
}

function generationOf(root: Setting, source: Source, bag: DiagnosticBag): Generation | undefined {
  const components = root.children.get("components");
  const actors = root.children.get("actors");
  if (components !== undefined && actors !== undefined) {
    bag.error(UNKNOWN, '"components" and "actors" can\'t stand in one configuration', {
      place: actors.place,
      hint: "components belong to the classic generation, actors to v1alpha1",
    });
    return undefined;
  }
  if (components !== undefined) return "classic";
  if (actors !== undefined) return "v1alpha1";
  if (!bag.hasErrors) {
    const near = [...root.children.values()].find((child) => didYouMean(child.key, ["components", "actors"]) !== undefined);
    bag.error(MISSING, "`actors` config is missing, and so is `components`", {
      place: near?.place ?? source.place(0),
      hint: near === undefined ? 'describe the nodes under "actors:"' : didYouMean(near.key, ["components", "actors"]),
    });
  }
  return undefined;
}

function pipelineOf(root: Setting, generation: Generation, source: Source, bag: DiagnosticBag): PipelineSpec {
  const rules = generations[generation];
  const nodeBlock = root.children.get(rules.nodes) as Setting;
  const pipeline = root.children.get("pipeline");
  if (!isMap(nodeBlock)) missing(`\`${rules.nodes}\` config is missing`, nodeBlock, source, bag);
  if (!isMap(pipeline) || [...pipeline.children.values()].every((block) => block.value === undefined && block.children.size === 0)) {
    missing("pipeline config is missing", pipeline, source, bag);
  }
  const nodes = readNodes(nodeBlock, generation, bag);
  const declared = new Set(nodeBlock.children.keys());
  const edges = pipeline === undefined ? [] : readEdges(pipeline, nodes, generation, declared, bag);
  return {
    dialect: "flow",
    nodes: [...nodes.values()].map(({ spec }) => spec),
    edges,
    service: serviceOf(root.children.get("system"), generation, bag),
    plugins: [...nodes.values()].some(({ dynamic }) => dynamic) ? pluginSources(root, bag) : [],
  };
}

function missing(message: string, block: Setting | undefined, source: Source, bag: DiagnosticBag): void {
  bag.error(MISSING, message, { place: block?.place ?? source.place(0) });
}

/** The folder that holds plugins, each a folder of its own: `<path>/NAME/NAME`. */
function pluginSources(root: Setting, bag: DiagnosticBag): PluginSource[] {
  const setting = root.children.get("plugin")?.children.get("path");
  const path = readText(setting, bag);
  return path === undefined || path === ""
    ? []
    : [{ from: "directory", path, kind: "link", required: false, ...(setting?.value?.place && { place: setting.value.place }) }];
}

function serviceOf(system: Setting | undefined, generation: Generation, bag: DiagnosticBag): ServiceSpec {
  const fallback = generation === "v1alpha1" ? { maxprocs: 1 } : {};
  const value = system?.value;
  if (!isMap(system)) {
    if (value !== undefined && value.value !== null) bag.error(SHAPE, '"system" must be a map', { place: value.place });
    return { generation, ...fallback };
  }
  const { unknown } = generations[generation];
  const code = unknown === "error" ? UNKNOWN : NO_EFFECT;
  const bind = generation === "classic" ? "bind_addr" : "bind";
  const admin = system.children.get("admin");
  const metrics = system.children.get("metrics");
  const receiver = metrics?.children.get("receiver");
  checkKeys(system, ["maxprocs", "admin", "metrics"], code, unknown, bag);
  if (admin) checkKeys(admin, ["enabled", bind], code, unknown, bag);
  if (metrics) checkKeys(metrics, ["enabled", "interval", "receiver"], code, unknown, bag);
  if (receiver) checkKeys(receiver, ["type", "params"], code, unknown, bag);
  const maxprocs = readInteger(system.children.get("maxprocs"), 0, bag);
  if (maxprocs === 0) bag.warning(NO_EFFECT, "with maxprocs 0 nothing would move: it counts as 1", { place: system.children.get("maxprocs")?.value?.place });
  return {
    generation,
    ...fallback,
    ...(maxprocs !== undefined && { maxprocs: Math.max(1, maxprocs) }),
    ...(admin && { admin: { enabled: readBoolean(admin.children.get("enabled"), bag) ?? false, bind: readText(admin.children.get(bind), bag) } }),
    ...(metrics && {
      metrics: {
        enabled: readBoolean(metrics.children.get("enabled"), bag) ?? false,
        interval: readInteger(metrics.children.get("interval"), 0, bag),
        type: readText(receiver?.children.get("type"), bag),
        params: paramsOf(receiver?.children.get("params")),
      },
    }),
  };
}

function paramsOf(params: Setting | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...(params?.children.values() ?? [])].map((child) => [child.key, child.value?.value]));
}
