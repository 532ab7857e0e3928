import type { Hold, RefusedStatus, Status } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import type { EdgeOutlet, Input, Node, Outlet, Outputs, TestResult } from "../node.ts";
import { brandPlugin, type OnLost, type Plugin, type PluginMeta } from "../plugin.ts";
import { type Message, type MessageBatch, messageBatch } from "./message.ts";

/** A message as a link receives it. */
export interface ReceivedMessage extends Message {
  /**
   * Answers the message before `recv` is through. The first answer counts; gives `false` if there was one before.
   * A `recv` that gives no status leaves the answer to this.
   */
  ack(status: Status): boolean;
}

/** A way to one peer, or to the peers that share a queue. */
export interface Connector {
  /** The name of the peer. */
  readonly name: string;
  /** The name of the route, where the configuration gives one. */
  readonly route: string | undefined;
  /** Sends a message, and tells how it ended. Never rejects. */
  send(message: Message): Promise<Status>;
}

/** The ways out of a link. */
export interface Connectors extends Iterable<Connector> {
  readonly peers: readonly Connector[];
  /** Sends to every peer, and tells the composite status: all done, some, or the gravest answer. */
  send(message: Message): Promise<Status>;
  /** The peer of this name, or of this route. */
  to(name: string): Connector | undefined;
}

/** `receiver`: takes messages from outside; `link`: passes them on; `sink`: ends them. */
export type LinkRole = "receiver" | "link" | "sink";

/** A link at work. */
export interface Link {
  /** Opens what is needed. A receiver begins to listen here, and sends what it gets through the connectors. */
  start?(connectors: Connectors): void | Promise<void>;
  /** The health check. */
  test?(): TestResult | Promise<TestResult>;
  /**
   * Takes one message and tells its status. May answer later, and may have many messages in hand at once. A link that
   * throws, or rejects, answers `failed`. Nothing given: the answer comes by `message.ack`.
   */
  recv?(message: ReceivedMessage, connectors: Connectors): Status | undefined | Promise<Status | undefined>;
  /** Called when nothing more is to be taken: a receiver closes its doors, and returns when its last answer is given. */
  stop?(): void | Promise<void>;
  /** Closes what is left. */
  cleanup?(): void | Promise<void>;
}

export interface LinkDefinition<O> extends PluginMeta<O> {
  readonly role: LinkRole;
  readonly onLost?: OnLost;
  create(options: O, ctx: PluginContext): Link | Promise<Link>;
}

/**
 * Defines a link.
 *
 * @example
 * ```ts
 * const plugin: Plugin = defineLink({
 *   name: "upper",
 *   role: "link",
 *   description: "Turns payloads into upper case",
 *   create: () => ({
 *     recv: (message, connectors) =>
 *       connectors.send({ ...message, payload: Buffer.from(Buffer.from(message.payload).toString().toUpperCase()) }),
 *   }),
 * });
 * ```
 */
export function defineLink<O = Record<string, never>>(definition: LinkDefinition<O>): Plugin {
  const { create, role, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "link",
    ack: "held",
    onLost: meta.onLost ?? "advance",
    channels: { in: role === "receiver" ? [] : ["message"], out: role === "sink" ? [] : ["message"] },
    node: async (options: never, ctx): Promise<Node> => linkNode(await create(options, ctx), role, ctx) as Node,
  });
}

function linkNode(link: Link, role: LinkRole, ctx: PluginContext): Node<MessageBatch, MessageBatch> {
  return {
    ...(link.test && { test: () => link.test?.() }),
    async run(input, outputs) {
      const connectors = connectorsOf(outputs);
      await link.start?.(connectors);
      if (role === "receiver") await whenSet(ctx.draining);
      else await receiveAll(link, input, connectors, ctx);
      await link.stop?.();
    },
    cleanup: () => link.cleanup?.(),
  };
}

/** Hands every message to the link, without waiting for the answer of one before handing over the next. */
async function receiveAll(link: Link, input: Input<MessageBatch>, connectors: Connectors, ctx: PluginContext): Promise<void> {
  const open = new Set<Promise<void>>();
  for await (const batch of input) {
    const answered = new BatchAnswers(batch.data.messages.length, batch.hold());
    batch.data.messages.forEach((message, index) => {
      const pending = receiveOne(link, message, index, answered, connectors, ctx);
      if (pending !== undefined) {
        open.add(pending);
        void pending.then(() => open.delete(pending));
      }
    });
  }
  await Promise.all(open);
}

function receiveOne(
  link: Link, message: Message, index: number, answers: BatchAnswers, connectors: Connectors, ctx: PluginContext,
): Promise<void> | undefined {
  const refuse = (cause: unknown): void => {
    ctx.log.error(cause instanceof Error ? cause.message : String(cause));
    answers.give(index, "failed");
  };
  try {
    const received: ReceivedMessage = { payload: message.payload, meta: message.meta, ack: (status) => answers.give(index, status) };
    const answer = link.recv?.(received, connectors);
    if (answer === undefined) return undefined;
    if (typeof answer === "string") {
      answers.give(index, answer);
      return undefined;
    }
    return answer.then((status) => { if (status !== undefined) answers.give(index, status); }, refuse);
  } catch (cause) {
    refuse(cause);
    return undefined;
  }
}

/** Gathers the answers to the messages of one batch, and lets the batch go when all are there. */
class BatchAnswers {
  private readonly statuses: (Status | undefined)[];
  private missing: number;
  private readonly hold: Hold;

  constructor(messages: number, hold: Hold) {
    this.statuses = new Array<Status | undefined>(messages).fill(undefined);
    this.missing = messages;
    this.hold = hold;
  }

  give(index: number, status: Status): boolean {
    if (this.statuses[index] !== undefined) return false;
    this.statuses[index] = status;
    this.missing -= 1;
    if (this.missing === 0) this.close();
    return true;
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
  }
}

function whenSet(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

// ------------------------------------------------------------------------------------------------------- connectors

function connectorsOf(outputs: Outputs<MessageBatch>): Connectors {
  const edges = outputs.detached.edges;
  const peers = edges.map((edge) => connectorOf(edge));
  const every = new Gatherer(outputs.detached);
  return {
    peers,
    send: (message) => every.send(message),
    to: (name) => peers.find((peer) => peer.route === name) ?? peers.find((peer) => peer.name === name),
    [Symbol.iterator]: () => peers[Symbol.iterator](),
  };
}

function connectorOf(edge: EdgeOutlet<MessageBatch>): Connector {
  const gatherer = new Gatherer(edge);
  return { name: edge.to, route: edge.port, send: (message) => gatherer.send(message) };
}

/** The most messages that one batch gathers. */
const MOST_MESSAGES = 1024;
/** The most payload bytes that one batch gathers, unless one message alone has more. */
const MOST_BYTES = 131_072;

/**
 * Gathers the messages that are sent before the event loop gets its turn, or while the channel is full, into batches.
 * Nobody waits for a batch to fill.
 */
class Gatherer {
  private messages: Message[] = [];
  private answers: ((status: Status) => void)[] = [];
  private sending = false;
  private readonly outlet: Outlet<MessageBatch>;

  constructor(outlet: Outlet<MessageBatch>) {
    this.outlet = outlet;
  }

  send(message: Message): Promise<Status> {
    return new Promise((resolve) => {
      this.messages.push(message);
      this.answers.push(resolve);
      if (this.sending) return;
      this.sending = true;
      queueMicrotask(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.messages.length > 0) {
      const count = this.nextCount();
      const messages = this.messages.splice(0, count);
      const answers = this.answers.splice(0, count);
      try {
        const full = this.outlet.send(messageBatch(messages), {
          settled: (_outcome, statuses) => answers.forEach((answer, index) => answer(statuses[index] ?? "failed")),
        });
        if (full !== undefined) await full;
      } catch {
        // The channel has closed under a run that is ending: whoever still waits learns that it failed.
        for (const answer of answers) answer("failed");
      }
    }
    this.sending = false;
  }

  private nextCount(): number {
    let bytes = 0;
    let count = 0;
    for (const message of this.messages) {
      bytes += message.payload.byteLength;
      if (count > 0 && (bytes > MOST_BYTES || count === MOST_MESSAGES)) break;
      count += 1;
    }
    return count;
  }
}
