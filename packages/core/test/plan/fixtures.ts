import {
  type BatchData,
  brandPlugin,
  type ChannelKind,
  defineChannel,
  type EdgeSpec,
  type HostSlot,
  type NodeSpec,
  type OptionsSchema,
  type OutKinds,
  type PipelineSpec,
  type Place,
  type Plugin,
  type PluginKind,
} from "@millrace/api";
import { formatDiagnostics, Source } from "@millrace/text";
import { type Plan, type PlanOptions, plan, Registry } from "../../src/index.ts";

/** What a test says about a plugin. */
export interface TestPlugin {
  readonly kind?: PluginKind;
  readonly in?: readonly string[] | "any";
  readonly out?: OutKinds;
  readonly options?: OptionsSchema;
  readonly free?: boolean;
  readonly hosts?: Readonly<Record<string, HostSlot>>;
  readonly aliases?: readonly string[];
  readonly stability?: Plugin["stability"];
  readonly hosted?: boolean;
}

export function testPlugin(name: string, about: TestPlugin = {}): Plugin {
  const inside = about.hosted ?? (about.kind === "handler" || about.kind === "action");
  return brandPlugin({
    kind: about.kind ?? "node",
    name,
    description: `The ${name} of a test`,
    channels: { in: about.in ?? [], out: about.out ?? [] },
    freeOptions: about.free ?? false,
    hosts: about.hosts ?? {},
    aliases: about.aliases ?? [],
    stability: about.stability ?? "stable",
    options: about.options,
    node: inside ? undefined : () => ({ run: () => undefined }),
    hostedBy: inside ? () => undefined : undefined,
  });
}

export function channel(name: string, matcher?: ChannelKind["matcher"]): ChannelKind {
  return defineChannel<BatchData>({ name, ...(matcher && { matcher }) });
}

/** A registry with channel kinds a to d (of which d has a matcher), and a few plugins. */
export function testRegistry(...plugins: Plugin[]): Registry {
  const tagged = channel("d", (match) => {
    if (match !== "*") throw new Error(`"${String(match)}" is no pattern`);
    return () => true;
  });
  return new Registry()
    .addChannel(channel("a"), channel("b"), channel("c"), tagged)
    .add(testPlugin("source", { kind: "driver", out: ["a"] }), testPlugin("pass", { in: "any", out: "same" }), testPlugin("sink", { in: "any" }), ...plugins);
}

/**
 * A pipeline, a line for each part: `id = kind/plugin` makes a node, `from -> to` an edge, both may be followed by a JSON
 * object with more settings. Every part has its place in the text.
 */
export function pipeline(text: string, extra: Partial<PipelineSpec> = {}): PipelineSpec {
  const source = new Source("test.pipeline", text);
  const nodes: NodeSpec[] = [];
  const edges: EdgeSpec[] = [];
  for (let line = 1; line <= source.lines; line++) {
    const content = source.lineText(line).trim();
    if (content === "") continue;
    const [, left = "", sign, right = "", more] = /^(\S*) (=|->) (\S+)\s*(\{.*\})?$/.exec(content) ?? [];
    const settings = (more ? JSON.parse(more) : {}) as Partial<NodeSpec & EdgeSpec>;
    const place = source.linePlace(line);
    if (sign === "->") edges.push({ from: left, to: right, place, ...settings });
    else
      nodes.push({
        id: left,
        kind: (right.split("/")[0] ?? "node") as PluginKind,
        plugin: right.split("/")[1] ?? "",
        options: {},
        place,
        places: placesOf(source, line, settings),
        ...settings,
      });
  }
  return { dialect: "test", nodes, edges, service: {}, plugins: [], ...extra };
}

function placesOf(source: Source, line: number, { options = {} }: Partial<NodeSpec>): Record<string, Place> {
  const start = source.offset({ line, column: 1 });
  return Object.fromEntries(
    Object.keys(options).map((key) => {
      const at = start + source.lineText(line).indexOf(`"${key}"`);
      return [key, source.place(at, at + key.length + 2)];
    }),
  );
}

/** All findings of planning, as text. */
export async function findings(spec: PipelineSpec, registry: Registry, options?: PlanOptions): Promise<string> {
  return formatDiagnostics((await plan(spec, registry, options)).diagnostics);
}

/** What planning made of a pipeline: a line for each node and each edge. */
export function shown({ graph, diagnostics }: Plan): string {
  if (graph === undefined) return formatDiagnostics(diagnostics);
  return [
    ...graph.nodes.map(({ id, plugin, options }) => `${id} = ${plugin.kind}/${plugin.name} ${JSON.stringify(options)}`),
    ...graph.edges.map(({ from, to, kind, elastic, takes }) => `${from} -${kind.name}-> ${to}${elastic ? " elastic" : ""}${takes ? " matched" : ""}`),
  ].join("\n");
}
