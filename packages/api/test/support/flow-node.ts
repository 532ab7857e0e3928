import { type Message, type MessageBatch, messageBatch } from "../../src/flow/index.ts";
import type { Batch, EdgeOutlet, Hold, Input, Node, Outputs, Plugin, PluginContext, RefusedStatus, SendOptions, Status } from "../../src/index.ts";

/** How a batch was let go: the status of each message, or why it was lost. */
export type Settled = readonly Status[] | { readonly lost: unknown };

/** A batch that the test gives to a link. */
export class FakeBatch {
  readonly data: MessageBatch;
  settled: Settled | undefined;

  constructor(...payloads: string[]) {
    this.data = messageBatch(payloads.map((payload) => ({ payload: Buffer.from(payload), meta: {} })));
  }

  hold(): Hold {
    const statuses = new Array<Status>(this.data.records).fill("done");
    const refuse = (status: RefusedStatus, records: Iterable<number>): void => {
      for (const record of records) statuses[record] = status;
    };
    return {
      release: () => {
        this.settled ??= statuses;
      },
      refuse: (status, details) => {
        refuse(status, details?.records ?? statuses.keys());
        this.settled ??= statuses;
      },
      refuseEach: (answers) => {
        for (const { status, records } of answers) refuse(status, records);
        this.settled ??= statuses;
      },
      fail: (cause) => {
        this.settled ??= { lost: cause };
      },
    };
  }
}

/** What a link has sent in one go. */
export interface Sent {
  readonly to: string;
  readonly payloads: readonly string[];
  settle(...statuses: Status[]): void;
}

/** The surroundings of one link, played by the test. */
export class FakeRun {
  readonly errors: string[] = [];
  readonly sent: Sent[] = [];
  /** Set to make the ways full: what is sent waits for it. */
  full: Promise<void> | undefined;
  /** Set to make the ways throw, as they do when the run is over. */
  closed = false;
  readonly draining: AbortController = new AbortController();
  readonly grace: AbortController = new AbortController();
  private readonly peers: readonly string[];

  constructor(...peers: string[]) {
    this.peers = peers;
  }

  /** Makes an instance of a link. Only what a link's adapter touches is there. */
  async make(plugin: Plugin): Promise<Node> {
    const log = { error: (message: string): void => void this.errors.push(message) };
    const ctx = { name: plugin.name, log, draining: this.draining.signal, signal: this.grace.signal } as unknown as PluginContext;
    return (await plugin.node?.({} as never, ctx)) as Node;
  }

  /** Runs a link over these batches, or over those that a generator gives. */
  async run(plugin: Plugin, batches: Iterable<FakeBatch> | AsyncIterable<FakeBatch> = []): Promise<void> {
    const node = await this.make(plugin);
    await node.run(this.input(batches), this.outputs());
  }

  private input(batches: Iterable<FakeBatch> | AsyncIterable<FakeBatch>): Input {
    async function* each(): AsyncGenerator<Batch> {
      for await (const batch of batches) yield batch as unknown as Batch;
    }
    return { next: () => undefined, [Symbol.asyncIterator]: each } as Input;
  }

  private outputs(): Outputs {
    const edges = this.peers.map((to): EdgeOutlet => ({ to, port: `${to}-route`, send: (data, options) => this.take(to, data as MessageBatch, options) }));
    return { detached: { edges, send: (data: MessageBatch, options?: SendOptions) => this.take("*", data, options) } } as unknown as Outputs;
  }

  private take(to: string, data: MessageBatch, options?: SendOptions): void | Promise<void> {
    if (this.closed) throw new Error("the run is over");
    const payloads = data.messages.map(({ payload }: Message) => Buffer.from(payload).toString());
    this.sent.push({ to, payloads, settle: (...statuses) => options?.settled?.({ state: "done" }, statuses) });
    return this.full;
  }
}

/** Lets everything run that is ready to run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
