import {
  type ChannelKind,
  type EdgeSpec,
  type HostedSpec,
  isPlugin,
  MillraceError,
  type NodeSpec,
  type PipelineSpec,
  type Plugin,
  type PluginKind,
} from "@millrace/api";
import { messageChannel } from "@millrace/api/flow";
import { recordChannel } from "@millrace/api/fluent";
import { eventChannel, flatChannel, sysflowChannel } from "@millrace/sysflow";
import { ACTION_SLOT, actionHost } from "./action-host.ts";
import { HANDLER_SLOT, handlerHost } from "./handler-host.ts";
import type { HarnessOptions, HostedPlugin, Peer } from "./options.ts";

/** The node upstream. */
const SOURCE_ID = "input";
const SINK_ID = "output";

/** A pipeline around one plugin, as data, and the plugins that it names. */
export interface TestPipeline {
  readonly spec: PipelineSpec;
  readonly plugins: readonly Plugin[];
  readonly kinds: readonly ChannelKind[];
  /** The node whose life the test watches: the plugin's own, or that of its host. */
  readonly id: string;
  /** The node's plugin: the one under test, or its host. */
  readonly node: Plugin;
  /** The kind it reads in this pipeline; `undefined` for a source. */
  readonly inputKind: string | undefined;
}

/** Puts a source before a plugin and sinks behind it, as far as it reads and sends. A handler or an action gets a host. */
export function testPipeline(plugin: Plugin, options: HarnessOptions, source: (kind: string) => Plugin, sink: Plugin): TestPipeline {
  const placed = placedPlugin(plugin, options);
  const id = options.name ?? plugin.name;
  const inputKind = inputKindOf(placed.node, options);
  const [sent] = outKindsOf(placed, inputKind);
  const peers = sent === undefined ? [] : (options.peers ?? [SINK_ID]).map((peer): Peer => (typeof peer === "string" ? { name: peer } : peer));
  const before = inputKind === undefined ? undefined : source(inputKind);
  const credit = options.credit === undefined ? {} : { credit: options.credit };
  const bounds = options.bounds === undefined ? {} : { bounds: options.bounds };
  const own: NodeSpec = {
    id,
    plugin: placed.node.name,
    kind: placed.node.kind,
    options: placed.options,
    hosted: placed.hosted,
    instance: options.instance ?? {},
    ...(options.style !== undefined && { style: options.style }),
    ...(before === undefined && credit),
    ...(before === undefined && options.onLost !== undefined && { onLost: options.onLost }),
  };
  const nodes: NodeSpec[] = [own, ...peers.map(({ name }) => ({ id: name, plugin: sink.name, kind: sink.kind, options: {} }))];
  const edges: EdgeSpec[] = peers.map(({ name, kind, ...edge }) => ({ from: id, to: name, channel: kind ?? (sent as string), ...edge, ...bounds }));
  if (before !== undefined) {
    nodes.unshift({ id: SOURCE_ID, plugin: before.name, kind: before.kind, options: {}, ...credit });
    edges.unshift({ from: SOURCE_ID, to: id, channel: inputKind as string, ...bounds });
  }
  return {
    spec: { dialect: "test", nodes, edges, service: options.service ?? {}, plugins: [] },
    plugins: [...(before === undefined ? [] : [before]), placed.node, sink, ...placed.inner],
    kinds: kindsOf(options),
    id,
    node: placed.node,
    inputKind,
  };
}

const STANDARD_KINDS: readonly ChannelKind[] = [
  messageChannel as ChannelKind,
  recordChannel as ChannelKind,
  sysflowChannel as ChannelKind,
  flatChannel as ChannelKind,
  eventChannel as ChannelKind,
];

/** The kinds of the families, unless the test brings its own of the same name. */
function kindsOf({ kinds = [] }: HarnessOptions): readonly ChannelKind[] {
  return [...STANDARD_KINDS.filter(({ name }) => !kinds.some((kind) => kind.name === name)), ...kinds];
}

interface Placed {
  readonly node: Plugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly hosted: readonly HostedSpec[];
  readonly inner: readonly Plugin[];
}

function placedPlugin(plugin: Plugin, options: HarnessOptions): Placed {
  if (plugin.node !== undefined) {
    const hosted = Object.entries(options.hosted ?? {}).flatMap(([slot, given]) => listOf(given).map((one) => hostedSpec(slot, one)));
    const inner = Object.values(options.hosted ?? {}).flatMap((given) => listOf(given).map((one) => pluginOf(one)));
    return { node: plugin, options: options.options ?? {}, hosted, inner };
  }
  const host = options.host ?? standardHost(plugin.kind);
  return {
    node: host.plugin,
    options: host.options ?? {},
    hosted: [{ slot: host.slot, plugin: plugin.name, kind: plugin.kind, options: options.options ?? {} }],
    inner: [plugin],
  };
}

function standardHost(kind: PluginKind): NonNullable<HarnessOptions["host"]> {
  if (kind === "handler") return { plugin: handlerHost, slot: HANDLER_SLOT };
  if (kind === "action") return { plugin: actionHost, slot: ACTION_SLOT };
  throw new MillraceError("MILLRACE_TESTKIT_HOST", `a ${kind} that makes no node needs a host`, { hint: "give one by the option host" });
}

function hostedSpec(slot: string, hosted: HostedPlugin): HostedSpec {
  const plugin = pluginOf(hosted);
  const options = "plugin" in hosted ? hosted.options : undefined;
  return { slot, plugin: plugin.name, kind: plugin.kind, ...(options !== undefined && { options }) };
}

function pluginOf(hosted: HostedPlugin): Plugin {
  return isPlugin(hosted) ? hosted : hosted.plugin;
}

function listOf(given: HostedPlugin | readonly HostedPlugin[]): readonly HostedPlugin[] {
  return isList(given) ? given : [given];
}

function isList(given: HostedPlugin | readonly HostedPlugin[]): given is readonly HostedPlugin[] {
  return Array.isArray(given);
}

function inputKindOf(plugin: Plugin, options: HarnessOptions): string | undefined {
  const reads = plugin.channels.in;
  if (options.inputKind !== undefined) return options.inputKind;
  if (reads === "any") {
    throw new MillraceError("MILLRACE_TESTKIT_KIND", `${plugin.name} reads any kind of channel`, { hint: "say which by the option inputKind" });
  }
  return reads[0];
}

function outKindsOf(placed: Placed, inputKind: string | undefined): readonly string[] {
  const { out } = placed.node.channels;
  if (out === "same") return inputKind === undefined ? [] : [inputKind];
  if ("hosted" in out) return placed.inner.flatMap(({ channels }) => (Array.isArray(channels.out) ? (channels.out as readonly string[]) : []));
  return out;
}
