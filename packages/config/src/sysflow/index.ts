/**
 * The pipeline JSON of SysFlow's sf-processor.
 *
 * @packageDocumentation
 */
import type { EdgeSpec, NodeSpec, PipelineSpec, Place, PluginSource, ServiceSpec } from "@millrace/api";
import { DiagnosticBag, didYouMean } from "@millrace/text";
import { DUPLICATE, MISSING, NO_EFFECT, SHAPE } from "../codes.ts";
import { type ConfigSource, type DialectResult, type Environment, findingsOf } from "../dialect.ts";
import { parseJson } from "../tree/json.ts";
import { describe, type Entry, isFaulty, keyPlace, placeOf, type TreeNode } from "../tree/node.ts";
import { type Channel, type ChannelEnd, channelsOf, edgesOf } from "./channels.ts";
import { readStages, type Setting, type Stage } from "./stage.ts";

/** What the command line of sf-processor adds to its pipeline configuration. */
export interface SysflowParameters {
  /** The driver to use. Absent: those of the configuration, or `file` where it has none. */
  readonly driver?: string;
  /** The input path, which each driver gets as its option `path` unless the configuration gives it one. */
  readonly path?: string;
  /** Where drivers that are not built in are looked for. */
  readonly driverDirectory?: string;
  /** Where processors that are not built in are looked for. */
  readonly pluginDirectory?: string;
}

/**
 * Reads a pipeline configuration of sf-processor.
 *
 * Each stage is a node, named after its processor: `exporter`, `exporter_2`, … Channels are edges: who writes a channel
 * sends to who reads it; several readers of one channel compete. Options may be written as texts, numbers or booleans, and
 * an environment variable such as `EXPORTER_FILE_PATH` overrides the option `file.path` of every exporter.
 */
export function readSysflow(source: ConfigSource, environment: Environment = {}, parameters: SysflowParameters = {}): DialectResult {
  const bag = new DiagnosticBag();
  const root = parseJson(source, bag);
  const spec = root && pipelineOf(root, environment, parameters, bag);
  return { spec, diagnostics: findingsOf(bag) };
}

/** The driver that is used where none is named. */
const DEFAULT_DRIVER = "file";
/** Drivers that send to the root channel even where the configuration has an entry without `out` for them. */
const ROOT_DRIVERS: readonly string[] = ["otelfile", "otelkafka"];
/** Drivers that read from somewhere else than the input path. */
const PATHLESS_DRIVERS: readonly string[] = ["otelkafka"];
/** The keys of a stage that belong to the pipeline, and not to the plugin. */
const PIPELINE_KEYS: readonly string[] = ["in", "out", "handler", "handlerlibpath"];

function pipelineOf(root: TreeNode, environment: Environment, parameters: SysflowParameters, bag: DiagnosticBag): PipelineSpec | undefined {
  if (root.kind !== "map") {
    bag.error(SHAPE, `a pipeline configuration is an object, and this is ${describe(root)}`, { place: placeOf(root) });
    return undefined;
  }
  const pipeline = topEntry(root.entries, "pipeline", bag);
  const drivers = topEntry(root.entries, "drivers", bag);
  unknownTop(root.entries, bag);
  if (pipeline === undefined) {
    bag.error(MISSING, 'the configuration has no "pipeline"', { place: root.source.place(root.span.start), hint: 'add "pipeline": [ … ], a list of stages' });
  }
  const read = readStages([...listed("driver", drivers), ...listed("processor", pipeline)], environment, bag);
  const stages = withIds(
    read.filter((stage) => stage.kind === "processor"),
    new Set(),
  );
  if (pipeline !== undefined && pipeline.value.kind === "list" && pipeline.value.items.length === 0)
    bag.error(MISSING, '"pipeline" has no stage', { place: keyPlace(pipeline) });
  const chosen = chosenDrivers(
    read.filter((stage) => stage.kind === "driver"),
    parameters,
    bag,
  );
  return assemble(stages, withIds(chosen, new Set(stages.map(({ id }) => id))), environment, parameters, bag);
}

function listed(kind: Stage["kind"], entry: Entry | undefined): { kind: Stage["kind"]; node: TreeNode }[] {
  return entry === undefined || (entry.value.kind === "scalar" && entry.value.value === null && entry.key.toLowerCase() === "drivers") || isFaulty(entry.value)
    ? []
    : [{ kind, node: entry.value }];
}

/** A top-level entry by its name in any case; of several the last one counts. */
function topEntry(entries: readonly Entry[], name: string, bag: DiagnosticBag): Entry | undefined {
  const found = entries.filter((entry) => entry.key.toLowerCase() === name);
  const last = found.at(-1);
  for (const entry of found.slice(1)) {
    if (found.some((other) => other.key !== entry.key))
      bag.warning(DUPLICATE, `"${name}" stands here a second time, and the last one counts`, { place: keyPlace(entry) });
  }
  return last;
}

function unknownTop(entries: readonly Entry[], bag: DiagnosticBag): void {
  for (const entry of entries) {
    if (entry.key.startsWith("_") || ["pipeline", "drivers"].includes(entry.key.toLowerCase())) continue;
    bag.warning(NO_EFFECT, `"${entry.key}" has no effect: a pipeline configuration has "pipeline" and "drivers"`, {
      place: keyPlace(entry),
      hint: didYouMean(entry.key, ["pipeline", "drivers"]) ?? 'let the name of a comment begin with an underscore, as "_comment"',
    });
  }
}

interface Placed {
  readonly id: string;
  readonly stage: Stage;
}

/** Names each stage after its plugin: `name`, then `name_2` and so on. */
function withIds(stages: readonly Stage[], taken: Set<string>): Placed[] {
  return stages.map((stage) => {
    let id = stage.number === 1 ? stage.name : `${stage.name}_${stage.number}`;
    for (let more = 2; taken.has(id); more++) id = `${stage.name}_${stage.kind === "driver" ? "driver_" : ""}${stage.number + more - 1}`;
    taken.add(id);
    return { id, stage };
  });
}

/** The drivers to run: the one of the command line, those of the configuration, or the default. */
function chosenDrivers(configured: readonly Stage[], parameters: SysflowParameters, bag: DiagnosticBag): Stage[] {
  if (parameters.driver === undefined && configured.length > 0) {
    for (const stage of configured) {
      if (stage.number > 1) bag.error(DUPLICATE, `the driver "${stage.name}" is configured a second time`, { place: stage.place });
    }
    return [...configured];
  }
  const name = parameters.driver ?? DEFAULT_DRIVER;
  const entry = configured.find((stage) => stage.name === name);
  return [entry ?? { kind: "driver", name, number: 1, place: undefined, settings: new Map(), broken: new Set() }];
}

function assemble(
  stages: readonly Placed[],
  drivers: readonly Placed[],
  environment: Environment,
  parameters: SysflowParameters,
  bag: DiagnosticBag,
): PipelineSpec {
  const readers: ChannelEnd[] = [];
  const writers: ChannelEnd[] = [];
  for (const { id, stage } of stages) {
    for (const channel of channelsOf(stage, "in", bag)) readers.push({ node: id, channel });
    for (const channel of channelsOf(stage, "out", bag)) writers.push({ node: id, channel });
  }
  const rootChannel = readers.find((reader) => reader.node === stages[0]?.id)?.channel;
  const fromDrivers = drivers.flatMap(({ id, stage }) => driverChannels(stage, rootChannel, bag).map((channel) => ({ node: id, channel })));
  const edges: EdgeSpec[] = edgesOf([...fromDrivers, ...writers], readers, bag);
  return {
    dialect: "sysflow",
    nodes: [...drivers.map((driver) => driverNode(driver, parameters)), ...stages.map((stage) => stageNode(stage, bag))],
    edges,
    service: serviceOf(environment),
    plugins: pluginSources(stages, parameters),
  };
}

function driverChannels(driver: Stage, root: Channel | undefined, bag: DiagnosticBag): Channel[] {
  if (driver.settings.has("out")) return channelsOf(driver, "out", bag);
  // An entry without `out` is a mistake; a driver without an entry sends to the root channel.
  if (driver.place !== undefined && !ROOT_DRIVERS.includes(driver.name)) {
    const hint = `name the channel that it writes${root === undefined ? "" : `: "out": "${root.id} ${root.type}"`}`;
    bag.error(MISSING, `the driver "${driver.name}" has no "out"`, { place: driver.place, hint });
    return [];
  }
  return root === undefined ? [] : [{ ...root, place: driver.place ?? root.place }];
}

function driverNode({ id, stage }: Placed, { path }: SysflowParameters): NodeSpec {
  const node = nodeOf(id, stage, new Map([...stage.settings].filter(([key]) => key !== "out")));
  if (path === undefined || stage.settings.has("path") || PATHLESS_DRIVERS.includes(stage.name)) return node;
  return { ...node, options: { ...node.options, path } };
}

function stageNode({ id, stage }: Placed, bag: DiagnosticBag): NodeSpec {
  const node = nodeOf(id, stage, new Map([...stage.settings].filter(([key]) => !PIPELINE_KEYS.includes(key))));
  const handler = textSetting(stage, "handler", bag);
  return handler === undefined ? node : { ...node, hosted: [{ slot: "handler", plugin: handler.text, kind: "handler", place: handler.place }] };
}

function nodeOf(id: string, stage: Stage, settings: ReadonlyMap<string, Setting>): NodeSpec {
  const list = [...settings.values()];
  // The environment has more in it than what somebody wrote for this pipeline: `EXPORTER_SERVICE_HOST` is what Kubernetes sets for a service of that name.
  const doubtful = list.filter(({ fromEnvironment }) => fromEnvironment).map(({ key }) => key);
  return {
    id,
    plugin: stage.name,
    kind: stage.kind,
    options: Object.fromEntries(list.map(({ key, value }) => [key, value])),
    style: { caseless: true, textual: true, unknown: "error" },
    ...(doubtful.length > 0 && { doubtful }),
    ...(stage.place && { place: stage.place }),
    places: Object.fromEntries(list.flatMap(({ key, place, inner }) => placesBelow(key, place, inner))),
    keyPlaces: Object.fromEntries(list.flatMap(({ key, keyPlace: place, innerKeys }) => placesBelow(key, place, innerKeys))),
  };
}

/** The place of an option, if it is known, and those of what is inside. */
function placesBelow(key: string, place: Place | undefined, inner: Readonly<Record<string, Place>> = {}): [string, Place][] {
  const own: [string, Place][] = place === undefined ? [] : [[key, place]];
  return [...own, ...Object.entries(inner).map(([path, at]): [string, Place] => [`${key}.${path}`, at])];
}

function textSetting(stage: Stage, key: string, bag?: DiagnosticBag): { text: string; place: Setting["place"] } | undefined {
  const setting = stage.settings.get(key);
  if (setting === undefined) return undefined;
  if (typeof setting.value === "string" && setting.value !== "") return { text: setting.value, place: setting.place };
  bag?.error(SHAPE, `"${setting.key}" of "${stage.name}" must be a text that is not empty`, { place: setting.place });
  return undefined;
}

/** Where plugins are looked for: the folders of the command line, and those that stages name. */
function pluginSources(stages: readonly Placed[], { driverDirectory, pluginDirectory }: SysflowParameters): PluginSource[] {
  const sources: PluginSource[] = [];
  if (driverDirectory !== undefined) sources.push({ from: "directory", path: driverDirectory, kind: "driver", required: false });
  if (pluginDirectory !== undefined) sources.push({ from: "directory", path: pluginDirectory, kind: "processor", required: false });
  for (const { stage } of stages) {
    const handlers = textSetting(stage, "handlerlibpath");
    const actions = textSetting(stage, "actiondir");
    if (handlers) sources.push({ from: "directory", path: handlers.text, kind: "handler", required: false, place: handlers.place });
    if (actions) sources.push({ from: "directory", path: actions.text, kind: "action", place: actions.place });
  }
  return sources;
}

function serviceOf(environment: Environment): ServiceSpec {
  const cluster = Object.entries(environment).find(([name]) => name.toUpperCase() === "CLUSTER_ID")?.[1];
  return cluster === undefined || cluster === "" ? {} : { "cluster.id": cluster };
}
