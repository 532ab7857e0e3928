import type { Counter, EdgeSpec, Gauge, Logger, NodeSpec, Plugin } from "@millrace/api";
import { recordChannel } from "@millrace/api/fluent";
import { createRun, type Host, plan, Registry, type RunResult, virtualClock } from "@millrace/core";
import { counterTo } from "../src/counter.ts";
import { chunkNode, dummyInput, nullOutput } from "../src/index.ts";
import { stdoutTo } from "../src/stdout.ts";

/** A section of a configuration: its plugin, its options as text, and the host's own keys. */
export interface Section {
  readonly plugin: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly instance?: Readonly<Record<string, unknown>>;
}

export interface TestPipeline {
  readonly inputs: readonly Section[];
  readonly filters?: readonly Section[];
  readonly outputs: readonly (Section & { readonly match?: unknown })[];
  readonly flush?: number;
  readonly service?: Readonly<Record<string, unknown>>;
  /** How long it runs before it is drained, in virtual milliseconds. Default 10 s. */
  readonly ms?: number;
  readonly plugins?: readonly Plugin[];
}

export interface Ran {
  readonly result: RunResult;
  readonly stdout: string;
  /** What was printed by each write. */
  readonly writes: readonly string[];
  readonly lines: readonly string[];
}

/** How far virtual time goes on at once, in milliseconds. */
const STEP_MS = 10;

/** Plans and runs a pipeline of inputs, filters, chunks and outputs over virtual time. Throws the findings of a plan that is not clean. */
export async function runPipeline(pipeline: TestPipeline): Promise<Ran> {
  const writes: string[] = [];
  const target = { write: (bytes: Uint8Array): void => void writes.push(Buffer.from(bytes).toString("utf8")) };
  const registry = new Registry()
    .add(dummyInput, chunkNode, nullOutput, stdoutTo(target), counterTo(target), ...(pipeline.plugins ?? []))
    .addChannel(recordChannel as never);
  const { graph, diagnostics } = await plan({ dialect: "test", ...graphOf(pipeline), service: pipeline.service ?? {}, plugins: [] }, registry);
  if (graph === undefined) throw new Error(diagnostics.map(({ message, hint }) => `${message}${hint === undefined ? "" : ` (${hint})`}`).join("\n"));
  const lines: string[] = [];
  const clock = virtualClock();
  const run = createRun(graph, hostOf(clock, lines), { keepAlive: false });
  await run.test();
  let over = false;
  const ended = run.start().finally(() => {
    over = true;
  });
  // In steps, since nodes that hand something on take turns of the event loop, for which virtual time does not wait.
  for (let at = 0; at < (pipeline.ms ?? 10_000); at += STEP_MS) await clock.advance(STEP_MS);
  run.drain("the test");
  for (let turns = 0; !over && turns < 100; turns++) await clock.advance(100);
  return { result: await ended, stdout: writes.join(""), writes, lines };
}

function graphOf({ inputs, filters = [], outputs, flush = 1 }: TestPipeline): { nodes: NodeSpec[]; edges: EdgeSpec[] } {
  const style = { caseless: true, textual: true } as const;
  const node =
    (kind: "input" | "filter" | "output") =>
    ({ plugin, options = {}, instance = {} }: Section, index: number): NodeSpec => ({
      id: `${plugin}.${index}`,
      plugin,
      kind,
      options,
      instance: { ...(kind === "input" && { tag: `${plugin}.${index}` }), ...instance },
      style,
    });
  const sources = inputs.map(node("input"));
  const stages: NodeSpec[] = [...filters.map(node("filter")), { id: "chunks", plugin: "chunk", kind: "node", options: { flush } }];
  const sinks = outputs.map(node("output"));
  const [first] = stages as [NodeSpec];
  return {
    nodes: [...sources, ...stages, ...sinks],
    edges: [
      ...sources.map(({ id }) => ({ from: id, to: first.id })),
      ...stages.slice(1).map(({ id }, index) => ({ from: (stages[index] as NodeSpec).id, to: id })),
      ...sinks.map(({ id }, index) => ({ from: "chunks", to: id, match: outputs[index]?.match ?? "*" })),
    ],
  };
}

function hostOf(clock: Host["clock"], lines: string[]): Host {
  const log = (name: string): Logger => {
    const write =
      (level: string) =>
      (message: string): void =>
        void lines.push(`[${level}] [${name}] ${message}`);
    return { trace: write("trace"), debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error"), enabled: () => true };
  };
  const nothing: Counter & Gauge = { add: () => undefined, set: () => undefined };
  return {
    clock,
    random: () => 0.5,
    logger: log,
    metrics: () => ({ counter: () => nothing, gauge: () => nothing }),
    stateDirectory: () => Promise.reject(new Error("the test has no folder")),
  };
}
