import type { Status } from "../batch.ts";
import type { EdgeOutlet, Outlet, Outputs } from "../node.ts";
import { type Message, type MessageBatch, messageBatch } from "./message.ts";

/** How a message is sent. */
export interface MessageOptions {
  /** Called when the way has taken the message, before it is known how it ends. Not called if it never takes it. */
  readonly taken?: () => void;
}

/** A way to one peer, or to the peers that share a queue. */
export interface Connector {
  /** The name of the peer. */
  readonly name: string;
  /** The name of the route, where the configuration gives one. */
  readonly route: string | undefined;
  /** Sends a message, and tells how it ended. Never rejects. */
  send(message: Message, options?: MessageOptions): Promise<Status>;
}

/** The ways out of a link. */
export interface Connectors extends Iterable<Connector> {
  readonly peers: readonly Connector[];
  /**
   * Sends to every peer, and tells the composite status: all done, some, or the gravest answer. Where there is no peer,
   * the message is `unroutable`. Never rejects.
   */
  send(message: Message, options?: MessageOptions): Promise<Status>;
  /** The peer of this route, or else of this name. */
  to(name: string): Connector | undefined;
}

/** The connectors of a link, over the ways out of its node. */
export function connectorsOf(outputs: Outputs<MessageBatch>): Connectors {
  const { detached } = outputs;
  const peers = detached.edges.map((edge) => connectorOf(edge));
  const every = new Gatherer(detached);
  return {
    peers,
    send: (message, options) => (peers.length === 0 ? Promise.resolve("unroutable") : every.send(message, options?.taken)),
    to: (name) => peers.find((peer) => peer.route === name) ?? peers.find((peer) => peer.name === name),
    [Symbol.iterator]: () => peers[Symbol.iterator](),
  };
}

function connectorOf(edge: EdgeOutlet<MessageBatch>): Connector {
  const gatherer = new Gatherer(edge);
  return { name: edge.to, route: edge.port, send: (message, options) => gatherer.send(message, options?.taken) };
}

/** The most messages that one batch gathers. */
const MOST_MESSAGES = 1024;
/** The most payload bytes that one batch gathers, unless one message alone has more. */
const MOST_BYTES = 131_072;

/** A message on its way, and who wants to know of it. */
interface Sending {
  readonly message: Message;
  readonly answer: (status: Status) => void;
  readonly taken: (() => void) | undefined;
}

/**
 * Gathers the messages that are sent before the event loop gets its turn, or while the channel is full, into batches.
 * Nobody waits for a batch to fill.
 */
class Gatherer {
  private gathered: Sending[] = [];
  private draining = false;
  private readonly outlet: Outlet<MessageBatch>;

  constructor(outlet: Outlet<MessageBatch>) {
    this.outlet = outlet;
  }

  send(message: Message, taken: (() => void) | undefined): Promise<Status> {
    return new Promise((answer) => {
      this.gathered.push({ message, answer, taken });
      if (this.draining) return;
      this.draining = true;
      queueMicrotask(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.gathered.length > 0) {
      const sendings = this.gathered.splice(0, this.nextCount());
      try {
        const full = this.outlet.send(messageBatch(sendings.map((sending) => sending.message)), {
          settled: (_outcome, statuses) => {
            for (const [index, sending] of sendings.entries()) sending.answer(statuses[index] ?? "failed");
          },
        });
        if (full !== undefined) await full;
      } catch {
        // The way has closed under a run that is ending: whoever still waits learns that it failed.
        for (const sending of sendings) sending.answer("failed");
        continue;
      }
      for (const sending of sendings) sending.taken?.();
    }
    this.draining = false;
  }

  private nextCount(): number {
    let bytes = 0;
    let count = 0;
    for (const { message } of this.gathered) {
      bytes += message.payload.byteLength;
      if (count > 0 && (bytes > MOST_BYTES || count === MOST_MESSAGES)) break;
      count += 1;
    }
    return count;
  }
}
