import type { Batch, Hold, RefusedStatus, Status } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import { MillraceError } from "../error.ts";
import type { Input, Node } from "../node.ts";
import type { Bounds } from "../pipeline.ts";
import { type Connectors, connectorsOf } from "./connectors.ts";
import type { Link, LinkRole, ReceivedMessage } from "./define.ts";
import type { Message, MessageBatch } from "./message.ts";

/** A link as a node: the adapter between messages, answered one by one, and batches, settled as wholes. */
export function linkNode(link: Link, role: LinkRole, inHand: Bounds, ctx: PluginContext): Node<MessageBatch, MessageBatch> {
  return {
    init: () => link.init?.(),
    ...(link.test && { test: () => link.test?.() }),
    async run(input, outputs) {
      const connectors = connectorsOf(outputs);
      await link.start?.(connectors);
      if (role === "receiver") {
        await whenSet(ctx.draining);
        await link.stop?.();
      } else {
        await receiveAll(link, input, connectors, inHand, ctx);
      }
    },
    cleanup: () => link.cleanup?.(),
  };
}

/** Hands every message to the link, without waiting for the answer of one before handing over the next, until its hands are full. */
async function receiveAll(link: Link, input: Input<MessageBatch>, connectors: Connectors, bounds: Bounds, ctx: PluginContext): Promise<void> {
  const hands = new Hands(bounds, ctx.signal);
  for await (const batch of input) {
    const answers = hands.take(batch);
    for (const [index, message] of batch.data.messages.entries()) receiveOne(link, message, index, answers, connectors, ctx);
    const full = hands.full();
    if (full !== undefined) await full;
  }
  await link.stop?.();
  await hands.empty();
  hands.giveUp(ctx.name);
}

function receiveOne(link: Link, message: Message, index: number, answers: BatchAnswers, connectors: Connectors, ctx: PluginContext): void {
  const refuse = (cause: unknown): void => {
    ctx.log.error(cause instanceof Error ? cause.message : String(cause));
    answers.give(index, "failed");
  };
  const give = (status: Status | void): void => {
    if (status === undefined) return;
    if (isStatus(status)) answers.give(index, status);
    else refuse(new MillraceError("MILLRACE_FLOW_STATUS", `recv answered ${JSON.stringify(status) ?? typeof status}, which is no status`));
  };
  try {
    const received: ReceivedMessage = { payload: message.payload, meta: message.meta, ack: (status) => answers.give(index, status) };
    const answer = link.recv?.(received, connectors);
    if (isThenable(answer)) answer.then(give, refuse);
    else give(answer);
  } catch (cause) {
    refuse(cause);
  }
}

const STATUSES: readonly string[] = ["done", "failed", "timed-out", "invalid", "unroutable", "throttled", "partial"] satisfies Status[];

function isStatus(value: unknown): value is Status {
  return STATUSES.includes(value as string);
}

function isThenable(value: unknown): value is PromiseLike<Status | void> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

const MOST_IN_HAND: Required<Bounds> = { records: 16_384, bytes: 4_194_304 };

/** The batches whose messages have not all been answered. */
class Hands {
  private readonly batches: Set<BatchAnswers> = new Set();
  private readonly bounds: Required<Bounds>;
  private readonly signal: AbortSignal;
  private records = 0;
  private bytes = 0;
  private waiting: (() => void)[] = [];

  constructor(bounds: Bounds, signal: AbortSignal) {
    this.bounds = { ...MOST_IN_HAND, ...bounds };
    this.signal = signal;
  }

  take(batch: Batch<MessageBatch>): BatchAnswers {
    const { records, bytes } = batch.data;
    const answers = new BatchAnswers(records, batch.hold(), () => {
      this.batches.delete(answers);
      this.records -= records;
      this.bytes -= bytes;
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.batches.add(answers);
    this.records += records;
    this.bytes += bytes;
    return answers;
  }

  /** Something to wait for while no more can be taken. */
  full(): Promise<void> | undefined {
    return this.hasRoom() ? undefined : this.until(() => this.hasRoom());
  }

  /** Waits until all is answered, or the grace period is over. */
  empty(): Promise<void> {
    return this.until(() => this.batches.size === 0);
  }

  /** Whatever has had no answer will have none. */
  giveUp(name: string): void {
    for (const answers of this.batches) {
      answers.fail(new MillraceError("MILLRACE_FLOW_UNANSWERED", `the link '${name}' ended with ${answers.missing} messages unanswered`));
    }
  }

  private hasRoom(): boolean {
    return this.batches.size === 0 || (this.records < this.bounds.records && this.bytes < this.bounds.bytes);
  }

  private async until(reached: () => boolean): Promise<void> {
    while (!reached() && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.signal.removeEventListener("abort", wake);
          resolve();
        };
        this.signal.addEventListener("abort", wake);
        this.waiting.push(wake);
      });
    }
  }
}

/** Gathers the answers to the messages of one batch, and lets the batch go when all are there. */
class BatchAnswers {
  /** How many messages have no answer yet. */
  missing: number;
  private readonly statuses: (Status | undefined)[];
  private readonly hold: Hold;
  private readonly complete: () => void;

  constructor(messages: number, hold: Hold, complete: () => void) {
    this.statuses = new Array<Status | undefined>(messages).fill(undefined);
    this.missing = messages;
    this.hold = hold;
    this.complete = complete;
  }

  give(index: number, status: Status): boolean {
    if (this.statuses[index] !== undefined) return false;
    this.statuses[index] = status;
    this.missing -= 1;
    if (this.missing === 0) this.close();
    return true;
  }

  fail(cause: unknown): void {
    this.hold.fail(cause);
  }

  private close(): void {
    const byStatus = new Map<RefusedStatus, number[]>();
    this.statuses.forEach((status, index) => {
      if (status === undefined || status === "done") return;
      const records = byStatus.get(status);
      if (records) records.push(index);
      else byStatus.set(status, [index]);
    });
    if (byStatus.size === 0) this.hold.release();
    else this.hold.refuseEach([...byStatus].map(([status, records]) => ({ status, records })));
    this.complete();
  }
}

function whenSet(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
