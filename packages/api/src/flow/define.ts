import type { Status } from "../batch.ts";
import type { PluginContext } from "../context.ts";
import { MillraceError } from "../error.ts";
import type { Node, TestResult } from "../node.ts";
import type { Bounds } from "../pipeline.ts";
import { brandPlugin, type NoOptions, type OnLost, type Plugin, type PluginMeta } from "../plugin.ts";
import type { Connectors } from "./connectors.ts";
import { linkNode } from "./link-node.ts";
import type { Message } from "./message.ts";

/** A message as a link receives it. */
export interface ReceivedMessage extends Message {
  /**
   * Answers the message before `recv` is through. The first answer counts; gives `false` if there was one before.
   * A `recv` that gives no status leaves the answer to this.
   */
  ack(status: Status): boolean;
}

/** `receiver`: takes messages from outside; `link`: passes them on; `sink`: ends them. */
export type LinkRole = "receiver" | "link" | "sink";

/** A link at work. Every part may be left out, but a link that is not a receiver has a `recv`. */
export interface Link {
  /** Opens what has to be open before any message moves: a file, a port. Called for sinks before receivers. */
  init?(): void | Promise<void>;
  /** The health check. */
  test?(): TestResult | Promise<TestResult>;
  /** The way out is open: a receiver serves from here on, and sends what it gets through the connectors. */
  start?(connectors: Connectors): void | Promise<void>;
  /**
   * Takes one message and tells its status. May answer later, and may have many messages in hand at once, as many as
   * `inHand` of its definition allows. A link that throws, or rejects, answers `failed`. Nothing given: the answer comes by
   * `message.ack`. An `async` method that gives one literal alone has to say its type, `Promise<Status>`: TypeScript widens
   * the literal otherwise.
   */
  recv?(message: ReceivedMessage, connectors: Connectors): Status | void | Promise<Status | void>;
  /**
   * Nothing more is to be taken. A receiver closes its doors, and returns when its last answer is given. Any other link
   * answers what it holds back; messages may still be in its hands, so what they need is closed in `cleanup`.
   */
  stop?(): void | Promise<void>;
  /** Closes what is left. Called once, whatever happened. */
  cleanup?(): void | Promise<void>;
}

export interface LinkDefinition<O> extends PluginMeta<O> {
  readonly role: LinkRole;
  readonly onLost?: OnLost;
  /**
   * How many messages without an answer a link takes, and how many bytes of them, before it is given no more. Counted in
   * whole batches: one batch may go beyond. Default 16384 messages and 4 MiB. Not for receivers.
   */
  readonly inHand?: Bounds;
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
export function defineLink<O = NoOptions>(definition: LinkDefinition<O>): Plugin {
  const { create, role, inHand, ...meta } = definition;
  return brandPlugin({
    ...meta,
    kind: "link",
    ack: "held",
    onLost: meta.onLost ?? "advance",
    channels: { in: role === "receiver" ? [] : ["message"], out: role === "sink" ? [] : ["message"] },
    node: async (options: never, ctx): Promise<Node> => {
      const link = await create(options, ctx);
      if (role !== "receiver" && link.recv === undefined) throw withoutRecv(meta.name, role);
      return linkNode(link, role, inHand ?? {}, ctx) as Node;
    },
  });
}

function withoutRecv(name: string, role: LinkRole): MillraceError {
  return new MillraceError("MILLRACE_FLOW_RECV", `the link '${name}' is a ${role} and has no recv`, {
    hint: "give it a recv, or the role 'receiver' if it takes messages from outside",
  });
}
