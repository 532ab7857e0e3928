import {
  type Batch,
  type BatchData,
  type ChannelKind,
  defineChannel,
  defineNode,
  type EdgeSpec,
  type Logger,
  type Metrics,
  type Node,
  type NodeSpec,
  type PluginContext,
  type ServiceSpec,
} from "@millrace/api";
import type { Graph, GraphEdge, GraphNode, Host } from "../../src/index.ts";
import { systemClock } from "../../src/index.ts";

/** Batches of numbers: what the tests of the runtime send about. */
export interface NumberBatch extends BatchData {
  readonly values: readonly number[];
}

export function numbers(...values: number[]): NumberBatch {
  return { values, records: values.length, bytes: values.length * 8 };
}

export const numberChannel: ChannelKind<NumberBatch> = defineChannel<NumberBatch>({
  name: "number",
  slice: (data, from, to) => numbers(...data.values.slice(from, to)),
});

/** A node of a test: an instance, or what makes one, and settings. */
export interface TestNode {
  readonly make: (ctx: PluginContext) => Node<NumberBatch, NumberBatch>;
  readonly spec?: Partial<NodeSpec>;
}

export type TestEdge = Partial<EdgeSpec> & {
  readonly from: string;
  readonly to: string;
  readonly takes?: (data: NumberBatch) => boolean;
  readonly elastic?: boolean;
};

/** A graph of nodes that are written down in a test. Nodes stand in the order in which they are given. */
export function graphOf(nodes: Readonly<Record<string, TestNode["make"] | TestNode>>, edges: readonly (TestEdge | string)[], service: ServiceSpec = {}): Graph {
  return {
    nodes: Object.entries(nodes).map(([id, given]): GraphNode => {
      const { make, spec } = typeof given === "function" ? { make: given, spec: {} } : given;
      const plugin = defineNode<unknown, NumberBatch, NumberBatch>({
        name: `test-${id}`,
        description: "A node of a test",
        channels: { in: "any", out: ["number"] },
        create: (_options, ctx) => make(ctx),
      });
      return { id, plugin, options: {}, hosted: new Map(), spec: { id, plugin: plugin.name, kind: "node", options: {}, ...spec } };
    }),
    edges: edges
      .flatMap((edge) => (typeof edge === "string" ? chain(edge) : [edge]))
      .map(
        ({ takes, elastic, ...spec }): GraphEdge => ({
          spec,
          from: spec.from,
          to: spec.to,
          kind: numberChannel as unknown as ChannelKind,
          takes: takes as GraphEdge["takes"],
          bounds: { records: spec.bounds?.records ?? 16_384, bytes: spec.bounds?.bytes ?? 4_194_304 },
          elastic: elastic ?? false,
        }),
      ),
    service,
  };
}

/** The edges of `a > b > c`. */
function chain(text: string): TestEdge[] {
  const names = text.split(">").map((name) => name.trim());
  return names.slice(1).map((to, index) => ({ from: names[index] as string, to }));
}

/** A host that keeps what is logged, and has no files. */
export function testHost(parts: Partial<Host> = {}): Host & { readonly lines: string[] } {
  const lines: string[] = [];
  const at =
    (level: string, name: string) =>
    (message: string): void =>
      void lines.push(`${level} ${name}: ${message}`);
  const logger = (name: string): Logger => ({
    trace: at("trace", name),
    debug: at("debug", name),
    info: at("info", name),
    warn: at("warn", name),
    error: at("error", name),
    enabled: () => true,
  });
  const metrics: Metrics = { counter: () => ({ add: () => undefined }), gauge: () => ({ set: () => undefined, add: () => undefined }) };
  return {
    clock: systemClock,
    random: () => 0.5,
    logger,
    metrics: () => metrics,
    stateDirectory: () => Promise.reject(new Error("this host has no files")),
    lines,
    ...parts,
  };
}

/** A source that sends these batches, and notes its positions. */
export function source(batches: readonly NumberBatch[], positions: number[] = []): TestNode["make"] {
  return (ctx) => ({
    async run(_input, outputs) {
      const stream = outputs.stream("s", (position) => void positions.push(position));
      for (const [index, data] of batches.entries()) {
        if (ctx.draining.aborted) return;
        await stream.send(data, index + 1);
      }
    },
  });
}

/** A sink that notes what it receives. */
export function sink(seen: number[]): TestNode["make"] {
  return () => ({
    async run(input) {
      for await (const batch of input) seen.push(...batch.data.values);
    },
  });
}

/** A node that does this with each batch. */
export function each(
  work: (
    batch: Batch<NumberBatch>,
    send: (data: NumberBatch, options?: Parameters<Parameters<Node<NumberBatch, NumberBatch>["run"]>[1]["send"]>[1]) => void | Promise<void>,
  ) => void | Promise<void>,
): TestNode["make"] {
  return () => ({
    async run(input, outputs) {
      for await (const batch of input) await work(batch, (data, options) => outputs.send(data, options));
    },
  });
}

/** Waits until something is so; fails after a second. */
export async function until(what: () => boolean, ms = 2000): Promise<void> {
  const end = performance.now() + ms;
  while (!what()) {
    if (performance.now() > end) throw new Error(`this did not come true within ${ms} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
