import { type Batch, isMillraceError, type Outcome, type Status } from "@millrace/api";
import type { Item, ItemBatch } from "./item.ts";
import type { World } from "./world.ts";

/** A loss or an answer that the simulator has caused itself. */
export class Injected extends Error {
  constructor(what: string) {
    // Thousands are made, and nobody asks where.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(what);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "Injected";
  }
}

/** Watches one life of the process, from a start to an end or a kill, and notes whatever is against the rules. */
export class Ledger {
  readonly world: World;
  readonly violations: string[] = [];
  /** Whether the process has been killed: nothing that happens now has an effect outside. */
  dead = false;
  private readonly trace: ((line: string) => void) | undefined;
  private waiting = 0;
  private readonly lastSequence: Map<string, number> = new Map();
  private sequence = 0;
  /** Whether a node has returned early, by a fault: what was on its way to it is lost, and rightly so. */
  quit = false;
  /** The most records that were sent in one batch. */
  largest = 5;

  constructor(world: World, trace: ((line: string) => void) | undefined) {
    this.world = world;
    this.trace = trace;
  }

  say(line: () => string): void {
    this.trace?.(line());
  }

  violated(what: string): void {
    if (this.dead) return;
    this.violations.push(what);
    this.say(() => `VIOLATION ${what}`);
  }

  /** A number for a batch that a node sends: they grow. */
  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Order is kept on each edge, for what is delivered the first time. */
  received(node: string, batch: Batch<ItemBatch>): void {
    this.say(() => `${node} got ${names(batch.data.items)} from ${batch.from}, attempt ${batch.attempt}`);
    if (batch.attempt > 1) return;
    const edge = `${batch.from} > ${node}`;
    const number = batch.data.sequence + batch.data.offset / 1_000_000;
    if (number <= (this.lastSequence.get(edge) ?? -1)) this.violated(`order on ${edge}: batch ${number} came after ${this.lastSequence.get(edge)}`);
    this.lastSequence.set(edge, number);
  }

  /**
   * What to give as `settled`: checks that it is called once, that the outcome and the statuses agree, and that what is
   * called done has been done.
   */
  expectSettled(
    node: string,
    items: readonly Item[],
    done: (item: Item) => boolean,
    then: (outcome: Outcome, statuses: readonly Status[]) => void,
  ): (outcome: Outcome, statuses: readonly Status[]) => void {
    this.waiting += 1;
    let calls = 0;
    return (outcome, statuses) => {
      calls += 1;
      if (this.dead) return;
      this.say(() => `${node} heard ${outcome.state} [${statuses.join(" ")}] of ${names(items)}`);
      if (calls > 1) this.violated(`${node}: a batch was settled ${calls} times`);
      if (calls > 1) return;
      this.waiting -= 1;
      if (statuses.length !== items.length) this.violated(`${node}: ${statuses.length} statuses for ${items.length} records`);
      const allDone = statuses.every((status) => status === "done");
      if (allDone !== (outcome.state === "done")) this.violated(`${node}: outcome ${outcome.state} with statuses ${statuses.join(" ")}`);
      items.forEach((item, index) => {
        if (statuses[index] === "done" && !done(item)) this.violated(`${node}: ${item.id} was acknowledged before it was written`);
      });
      then(outcome, statuses);
    };
  }

  /** Whether a loss is one that the simulator has caused in the middle of a run. */
  caused(loss: unknown): boolean {
    for (let cause = loss; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof Injected || (this.quit && isMillraceError(cause) && cause.code === "MILLRACE_RUN_NODE_ENDED")) return true;
    }
    return false;
  }

  /** All that was sent has been settled when the run has ended. */
  ended(): void {
    if (this.waiting > 0) this.violated(`${this.waiting} batches were never settled`);
  }
}

function names(items: readonly Item[]): string {
  return items.map((item) => item.id).join(",");
}
