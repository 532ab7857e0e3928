import { type ChannelKind, defineNode, type EdgeSpec, type Logger, type Metrics, type Node, type Plugin } from "@millrace/api";
import { createRun, type Graph, type GraphEdge, type GraphNode, type Host, type Run, type RunResult, type VirtualClock, virtualClock } from "@millrace/core";
import type { Stage } from "./behaviour.ts";
import { aggregate, asker, buffer, chooser, durable, maker } from "./inner-nodes.ts";
import { itemChannel } from "./item.ts";
import { Ledger } from "./ledger.ts";
import { askingSource, holdingSink, itemsAt, sink, streamSource } from "./outer-nodes.ts";
import { Random } from "./random.ts";
import { makeScene, type Scene, type SceneEdge, type SceneNode } from "./scene.ts";
import { World } from "./world.ts";

/** What came of a seed. */
export interface Finding {
  readonly seed: number;
  /** What was against the rules; nothing, if all is well. */
  readonly violations: readonly string[];
  /** How many times the process was started, and what ended each life. */
  readonly lives: readonly string[];
  readonly batches: number;
  readonly virtualMs: number;
}

/** The most steps of the clock that a life may take. */
const MOST_STEPS = 100_000;
/** Lives with faults; the last one after these is calm. */
const MOST_LIVES = 6;
/** What a run may need beyond its grace time: the time for stragglers and for cleaning up. */
const SLACK_MS = 2200;

/** What is done to the process from outside. */
interface Blow {
  readonly kind: "kill" | "drain" | "abort" | "drain-abort";
  readonly atMs: number;
}

/** Plays the scene of a seed to its end, through all faults and restarts. */
export async function simulate(seed: number, trace?: (line: string) => void): Promise<Finding> {
  const scene = makeScene(seed);
  const world = new World(scene);
  const random = new Random(seed ^ 0x5bd1e995);
  trace?.(JSON.stringify(scene));
  const violations: string[] = [];
  const lives: string[] = [];
  let batches = 0;
  let virtualMs = 0;
  for (let life = 0; violations.length === 0; life++) {
    const calm = life >= MOST_LIVES;
    const one = new Life(scene, world, new Random(random.between(0, 2 ** 31)), calm, trace);
    lives.push(await one.play());
    violations.push(...one.ledger.violations);
    batches += one.batches;
    virtualMs += one.elapsed;
    if (lives.at(-1) === "finished" && (calm || [...world.stores.values()].every((store) => store.size === 0))) break;
    if (calm) violations.push(`the last life ended ${lives.at(-1)}, and not finished`);
  }
  if (violations.length === 0) violations.push(...unwritten(scene, world));
  return { seed, violations, lives, batches, virtualMs };
}

/** What was owed and has not been done at the very end. */
function unwritten(scene: Scene, world: World): string[] {
  const missing: string[] = [];
  for (const node of scene.nodes) {
    const streams = node.behaviour === "stream-source" ? node.streams : node.behaviour === "asking-source" ? 1 : 0;
    for (let stream = 0; stream < streams; stream++) {
      for (let place = 1; place <= node.batches; place++) {
        for (const item of itemsAt(node.id, stream, place)) {
          if (!world.excused.has(item.root) && !world.coveredWhenSent(node.id, item)) missing.push(`${item.id} was never written`);
        }
      }
      const position = world.positions.get(`${node.id}/${stream}`);
      if (node.behaviour === "stream-source" && position !== node.batches)
        missing.push(`${node.id}/${stream} ended at position ${position}, not ${node.batches}`);
    }
  }
  for (const { node, item } of world.persisted) {
    if (!world.excused.has(item.root) && item.root !== "summary" && !world.coveredWhenSent(node, item))
      missing.push(`${item.id}, which ${node} had persisted, was never written`);
  }
  return missing;
}

/** One life of the process. */
class Life {
  readonly ledger: Ledger;
  batches = 0;
  private readonly scene: Scene;
  private readonly world: World;
  private readonly random: Random;
  private readonly calm: boolean;
  private readonly clock: VirtualClock = virtualClock();
  private readonly run: Run;
  private readonly nodes: ReadonlyMap<string, SceneNode>;
  private readonly edgesTo: ReadonlyMap<string, readonly SceneEdge[]>;

  constructor(scene: Scene, world: World, random: Random, calm: boolean, trace: ((line: string) => void) | undefined) {
    this.scene = scene;
    this.world = world;
    this.random = random;
    this.calm = calm;
    this.nodes = new Map(scene.nodes.map((node) => [node.id, node]));
    this.edgesTo = Map.groupBy(scene.edges, (edge) => edge.to);
    this.ledger = new Ledger(world, trace && ((line) => trace(`${String(this.elapsed).padStart(6)} ${line}`)));
    this.run = createRun(this.graph(), this.host(), {
      keepAlive: false,
      deadLetter: async (letter) => {
        await this.clock.sleep(this.random.between(0, 20));
        if (!this.ledger.dead) world.letters.add(`${letter.source}/${letter.stream}/${letter.place}`);
      },
    });
  }

  get elapsed(): number {
    return this.clock.monotonic();
  }

  /** Plays until the run ends or is killed. Gives what ended it. */
  async play(): Promise<string> {
    const blow = this.blow();
    let result: RunResult | undefined;
    let thrown: { readonly cause: unknown } | undefined;
    let mustEndBy = Number.POSITIVE_INFINITY;
    this.run.start().then(
      (ended) => {
        result = ended;
      },
      (cause: unknown) => {
        thrown = { cause };
      },
    );
    const strike = (): void => {
      if (blow === undefined || this.ledger.dead) return;
      this.ledger.say(() => blow.kind);
      if (blow.kind === "kill") this.ledger.dead = true;
      else if (blow.kind === "abort") this.run.abort("the simulator");
      else this.run.drain("the simulator");
      if (blow.kind === "drain-abort") this.clock.after(this.random.between(0, 50), () => this.run.abort("the simulator, again"));
      mustEndBy = this.elapsed + this.scene.graceMs + SLACK_MS;
    };
    if (blow !== undefined) this.clock.after(blow.atMs, strike);
    // The run gives the event loop its turn now and then: nothing to do once is not nothing to do for ever.
    let idle = 0;
    for (let steps = 0; ; steps++) {
      await turn();
      if (this.ledger.dead) return "killed";
      if (steps % 4 === 0) this.checkBounds();
      if (result !== undefined || thrown !== undefined) break;
      if (this.ledger.violations.length > 0) return "violated";
      if (this.elapsed > mustEndBy) this.ledger.violated(`the run did not end in time after ${blow?.kind}`);
      if (steps > MOST_STEPS) this.ledger.violated(`no end after ${MOST_STEPS} steps: ${this.standing()}`);
      if (this.clock.step()) idle = 0;
      else if (++idle > 3) this.ledger.violated(`everything waits for ever: ${this.standing()}`);
    }
    if (thrown !== undefined) this.ledger.violated(`start threw: ${String(thrown.cause)}`);
    for (const node of this.run.stats()) {
      this.batches += node.in.batches;
      if (node.inFlight.batches !== 0 || node.queued.batches !== 0)
        this.ledger.violated(`${node.id} ended with ${node.inFlight.batches} batches in flight, ${node.queued.batches} queued`);
    }
    this.ledger.ended();
    if (result?.state === "failed" && !this.ledger.caused(result.error)) this.ledger.violated(`the run failed by itself: ${result.error?.message}`);
    this.ledger.say(() => `ended ${result?.state} ${result?.error?.message ?? ""} left behind: ${result?.leftBehind.join(", ")}`);
    return result?.state ?? "thrown";
  }

  private blow(): Blow | undefined {
    const { random } = this;
    if (this.calm) return undefined;
    if (random.chance(0.3)) return { kind: random.pick(["kill", "kill", "drain", "abort", "drain-abort"] as const), atMs: random.between(0, 600) };
    // A node may be stuck: what has no end by itself is drained after a long time.
    return { kind: "drain", atMs: 60_000 };
  }

  /** What is in flight stays within credit and bounds. One batch is always let through, and what is tried again has no room of its own. */
  private checkBounds(): void {
    const { scene, ledger } = this;
    for (const stats of this.run.stats()) {
      const node = this.nodes.get(stats.id) as SceneNode;
      const edges = this.edgesTo.get(stats.id);
      if (edges === undefined) {
        if (stats.inFlight.records > Math.max(node.credit, 5))
          ledger.violated(`${stats.id} has ${stats.inFlight.records} records in flight with a credit of ${node.credit}`);
        continue;
      }
      if (node.retries > 0) continue;
      let room = 0;
      for (const edge of edges) room += edge.elastic ? scene.elasticRoom : Math.max(edge.bound, ledger.largest);
      if (stats.queued.records > room) ledger.violated(`${stats.queued.records} records wait for ${stats.id}, which has room for ${room}`);
    }
  }

  private standing(): string {
    return this.run
      .stats()
      .map((node) => `${node.id} ${node.state} queued=${node.queued.batches} inFlight=${node.inFlight.batches} open=${node.open}`)
      .join("; ");
  }

  private graph(): Graph {
    const { scene } = this;
    return {
      nodes: scene.nodes.map((node): GraphNode => {
        const plugin = this.pluginOf(node);
        const credit = { records: node.credit };
        return {
          id: node.id,
          plugin,
          options: {},
          hosted: new Map(),
          spec: { id: node.id, plugin: plugin.name, kind: "node", options: {}, onLost: node.onLost, credit },
        };
      }),
      edges: scene.edges.map((edge): GraphEdge => {
        const spec: EdgeSpec = { from: edge.from, to: edge.to, ...(edge.queue !== undefined && { queue: edge.queue }) };
        const { tags } = edge;
        return {
          spec,
          from: edge.from,
          to: edge.to,
          kind: itemChannel as unknown as ChannelKind,
          takes: tags === undefined ? undefined : (((data: { readonly tag: number }) => tags.includes(data.tag)) as GraphEdge["takes"]),
          bounds: { records: edge.bound, bytes: 1_000_000_000 },
          elastic: edge.elastic,
        };
      }),
      service: { graceMs: scene.graceMs },
    };
  }

  private pluginOf(node: SceneNode): Plugin {
    const broken = !this.calm && this.random.chance(0.04);
    const fault = broken ? { kind: this.random.pick(["throw", "throw", "quit", "stuck"] as const), after: this.random.between(1, 15) } : undefined;
    const random = new Random(this.random.between(0, 2 ** 31));
    return defineNode({
      name: node.behaviour,
      description: "A node of the simulator",
      channels: { in: "any", out: ["item"] },
      create: (_options, ctx) => {
        const stage: Stage = { node, world: this.world, ledger: this.ledger, random, ctx, bytesEach: this.scene.bytesEach, calm: this.calm, fault };
        return nodeOf(stage) as Node;
      },
    });
  }

  private host(): Host {
    const say =
      (level: string, name: string) =>
      (message: string): void =>
        this.ledger.say(() => `${level} ${name}: ${message}`);
    const logger = (name: string): Logger => ({
      trace: say("trace", name),
      debug: say("debug", name),
      info: say("info", name),
      warn: say("warn", name),
      error: say("error", name),
      enabled: () => true,
    });
    const metrics: Metrics = { counter: () => ({ add: () => undefined }), gauge: () => ({ set: () => undefined, add: () => undefined }) };
    return {
      clock: this.clock,
      random: () => this.random.next(),
      logger,
      metrics: () => metrics,
      stateDirectory: () => Promise.reject(new Error("the simulator has no files")),
    };
  }
}

function nodeOf(stage: Stage): { run(input: never, outputs: never): void | Promise<void> } {
  switch (stage.node.behaviour) {
    case "stream-source":
      return streamSource(stage);
    case "asking-source":
      return askingSource(stage);
    case "buffer":
      return buffer(stage);
    case "aggregate":
      return aggregate(stage);
    case "durable":
      return durable(stage);
    case "asker":
      return asker(stage);
    case "chooser":
      return chooser(stage);
    case "sink":
      return sink(stage);
    case "holding-sink":
      return holdingSink(stage);
    default:
      return maker(stage);
  }
}

/** Lets all that needs no time run. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
