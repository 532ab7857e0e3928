import { type BatchData, type LogLevel, MillraceError, type Plugin } from "@millrace/api";
import { createRun, INSTANCE_LABEL, type NodeStats, type Run, type RunResult } from "@millrace/core";
import { Collector, type Delivery } from "./collector.ts";
import { DEADLINE_MS, turn, within } from "./deadline.ts";
import { Fed, Feed } from "./feed.ts";
import { expiringGuard } from "./guard.ts";
import type { LogLine } from "./log.ts";
import type { Downstream, HarnessOptions } from "./options.ts";
import { type TestPipeline, testPipeline } from "./pipeline.ts";
import { planned } from "./plan.ts";
import { type Surroundings, surroundings } from "./surroundings.ts";

/**
 * Runs a plugin without a process, over the real runtime: a source that the test feeds before it, nodes that the test
 * answers for behind it. Resolves when the plugin is made, opened, healthy and running; throws what planning, opening or
 * the health check finds.
 *
 * @example
 * ```ts
 * const h = await harness(plugin, { options: { oneIn: 2 } });
 * const fed = h.feed(messages("a", "b"));
 * expect(payloads((await h.next()).data)).toEqual(["a"]);
 * expect((await fed.settled()).statuses).toEqual(["done", "done"]);
 * await h.close();
 * ```
 */
export async function harness<I extends BatchData = BatchData, O extends BatchData = BatchData>(
  plugin: Plugin,
  options: HarnessOptions = {},
): Promise<Harness<I, O>> {
  const prepared = await Harness.prepare<I, O>(plugin, options);
  await prepared.start();
  return prepared;
}

/** How many turns of the event loop without any change count as rest. */
const RESTFUL_TURNS = 3;

/** A plugin at work in a test. */
export class Harness<I extends BatchData = BatchData, O extends BatchData = BatchData> {
  readonly run: Run;
  private readonly pipeline: TestPipeline;
  private readonly around: Surroundings;
  private readonly sources: Feed;
  private readonly collector: Collector;
  private readonly deadlineMs: number;
  private result: Promise<RunResult> | undefined;
  private over: RunResult | undefined;

  private constructor(pipeline: TestPipeline, run: Run, around: Surroundings, sources: Feed, collector: Collector, deadlineMs: number) {
    this.pipeline = pipeline;
    this.run = run;
    this.around = around;
    this.sources = sources;
    this.collector = collector;
    this.deadlineMs = deadlineMs;
  }

  /** Plans a pipeline around a plugin, and starts nothing. */
  static async prepare<I extends BatchData = BatchData, O extends BatchData = BatchData>(plugin: Plugin, options: HarnessOptions): Promise<Harness<I, O>> {
    const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    const feed = new Feed();
    const collector = new Collector(options.downstream ?? "done");
    const pipeline = testPipeline(plugin, options, (kind) => feed.plugin(kind, options.onLost ?? "advance"), collector.plugin);
    const graph = await planned(pipeline);
    const around = surroundings({ clock: options.clock ?? "virtual", seed: options.seed ?? 1, stateDirectory: options.stateDirectory });
    const guard = expiringGuard(pipeline.id, pipeline.inputKind, options.expire ?? "batches");
    const run = createRun(graph, around.host, { keepAlive: false, ...(guard !== undefined && { guard }) });
    const made = new Harness<I, O>(pipeline, run, around, feed, collector, deadlineMs);
    const { input } = options;
    if (input !== undefined) {
      for (const data of isList(input) ? input : [input]) made.feed(data as I);
      made.end();
    }
    return made;
  }

  /** Makes the instance, opens it, asks for its health, and lets it run. */
  async start(): Promise<void> {
    if (this.result !== undefined) return;
    try {
      await this.within("the plugin to be made, opened and healthy", this.run.test());
    } catch (cause) {
      await this.around.remove();
      throw cause;
    }
    this.result = this.run.start().then((result) => this.ended(result));
    // Whoever waits for the end learns of an error there; nobody may be waiting.
    this.result.catch(() => undefined);
  }

  // ---------------------------------------------------------------------------------------------------------- upstream

  /** Feeds a batch to the plugin. */
  feed<D extends I>(data: D): Fed<D> {
    const fed = new Fed(data, this.deadlineMs);
    this.sources.put(fed);
    return fed;
  }

  /** Says that nothing more will be fed. */
  end(): void {
    this.sources.end();
  }

  /** What was fed so far. */
  get fed(): readonly Fed[] {
    return this.sources.fed;
  }

  /** How many batches the channel to the plugin has taken. */
  get taken(): number {
    return this.sources.taken;
  }

  /** How many batches from the first on are settled without a gap. */
  get position(): number {
    return this.sources.position;
  }

  // -------------------------------------------------------------------------------------------------------- downstream

  /** The next batch that the plugin has sent, in the order of arrival downstream. */
  async next(): Promise<Delivery<O>> {
    const delivery = await this.within("the plugin to send a batch", this.collector.fresh.take());
    if (delivery !== undefined) return delivery as Delivery<O>;
    throw new MillraceError("MILLRACE_TESTKIT_ENDED", "the run has ended, and the plugin sends no more", { cause: this.over?.error });
  }

  /** All that the plugin has sent so far. A delivery that was repeated stands there again. */
  get deliveries(): readonly Delivery<O>[] {
    return this.collector.deliveries as Delivery<O>[];
  }

  /** What the plugin has sent so far, without repetitions. */
  get sent(): readonly O[] {
    return this.deliveries.filter(({ attempt }) => attempt === 1).map(({ data }) => data);
  }

  /** The nodes downstream take nothing more. */
  block(): void {
    this.collector.block();
  }

  /** The nodes downstream go on, and answer as is said here. */
  unblock(downstream?: Downstream): void {
    this.collector.unblock(downstream);
  }

  // -------------------------------------------------------------------------------------------------------------- time

  /** Lets virtual time go on, and all that follows from it happen. */
  async advance(ms: number): Promise<void> {
    if (this.around.virtual === undefined)
      throw new MillraceError("MILLRACE_TESTKIT_CLOCK", "the time of this run goes on by itself", { hint: "use the virtual clock" });
    await this.within(`${ms} ms of virtual time`, this.around.virtual.advance(ms));
  }

  /** Waits until nothing moves any more. What waits for time or for the world outside is not waited for. */
  async quiet(): Promise<void> {
    const deadline = performance.now() + this.deadlineMs;
    let before = "";
    for (let same = 0; same < RESTFUL_TURNS && performance.now() < deadline; ) {
      await turn();
      const now = this.movement();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  }

  private movement(): string {
    return JSON.stringify([
      this.run.state,
      this.sources.taken,
      this.collector.deliveries.length,
      this.run.stats().map(({ in: into, out, inFlight, open, state }) => [into.batches, out.batches, inFlight.batches, open, state]),
    ]);
  }

  /** Waits until something is so. Virtual time stands still meanwhile. */
  async until(what: string, holds: () => boolean): Promise<void> {
    let given = false;
    const watch = async (): Promise<void> => {
      while (!given && !holds()) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    try {
      await this.within(what, watch());
    } finally {
      given = true;
    }
  }

  // ----------------------------------------------------------------------------------------------------------- the end

  /** Takes nothing new: the plugin is to flush and to end. */
  drain(): void {
    this.run.drain("the test");
  }

  /** Ends the run at once. */
  abort(): void {
    this.run.abort("the test");
  }

  /** Waits for the run to end by itself, or after {@link Harness.drain} or {@link Harness.abort}. */
  async finished(): Promise<RunResult> {
    await this.start();
    return this.within("the run to end", this.result as Promise<RunResult>);
  }

  /** Drains, and waits for the end. Virtual time goes on as far as the end takes. */
  async stop(): Promise<RunResult> {
    await this.start();
    this.drain();
    return this.within("the run to end", this.pump(this.result as Promise<RunResult>));
  }

  /** Ends the run, however it stands, and removes what was made for it. Call it at the end of each test. */
  async close(): Promise<void> {
    if (this.result === undefined) {
      this.abort();
      // What was made ready and never started is cleaned up by a start that ends at once.
      if (this.run.state !== "new") await this.within("the run to end", this.run.start());
      await this.around.remove();
    } else if (this.over === undefined) {
      this.abort();
      await this.within("the run to end", this.pump(this.result));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Lets virtual time go on from timer to timer until the run has ended. */
  private async pump(result: Promise<RunResult>): Promise<RunResult> {
    const { virtual } = this.around;
    const deadline = performance.now() + this.deadlineMs;
    while (virtual !== undefined && this.over === undefined && performance.now() < deadline) {
      await this.quiet();
      if (this.over === undefined) await virtual.advance(virtual.untilNext() ?? 0);
    }
    return result;
  }

  private async ended(result: RunResult): Promise<RunResult> {
    this.over = result;
    this.collector.fresh.close();
    await this.around.remove();
    return result;
  }

  // ------------------------------------------------------------------------------------------------- what can be seen

  /** All lines that anybody has logged. */
  get lines(): readonly LogLine[] {
    return this.around.lines;
  }

  /** The messages that the plugin has logged, of one level or of all. */
  log(level?: LogLevel): string[] {
    return this.around.lines.filter((line) => this.isOwn(line.name) && (level === undefined || line.level === level)).map(({ message }) => message);
  }

  /** The value of a metric of the plugin, by its name and the values of its labels; 0 if there is no such sample. */
  metric(name: string, ...labelValues: string[]): number {
    const samples = this.around.metrics.snapshot().find((family) => family.name === name)?.samples ?? [];
    return samples
      .filter(({ labels: { [INSTANCE_LABEL]: instance = "", ...labels } }) => this.isOwn(instance) && String(Object.values(labels)) === String(labelValues))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** The numbers that the runtime keeps of the plugin's node. */
  get stats(): NodeStats {
    return this.run.stats().find(({ id }) => id === this.pipeline.id) as NodeStats;
  }

  private isOwn(name: string): boolean {
    return name === this.pipeline.id || name.startsWith(`${this.pipeline.id}/`);
  }

  private within<T>(what: string, promise: Promise<T>): Promise<T> {
    return within(this.deadlineMs, what, promise, () => this.where());
  }

  private where(): string {
    const nodes = this.run
      .stats()
      .map(
        ({ id, state, in: into, out, queued, inFlight, open }) =>
          `${id} is ${state}, has received ${into.batches} and sent ${out.batches} batches, ${queued.batches} wait for it, ${inFlight.batches} of its own are not settled, ${open} are open in it`,
      );
    return `the run is ${this.run.state}; ${nodes.join("; ")}`;
  }
}

function isList(input: BatchData | readonly BatchData[]): input is readonly BatchData[] {
  return Array.isArray(input);
}
