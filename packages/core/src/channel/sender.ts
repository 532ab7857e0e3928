import {
  type Batch,
  type BatchData,
  type EdgeOutlet,
  MillraceError,
  type Outlet,
  type Outputs,
  type SendOptions,
  type SourceStream,
  type StreamPlace,
} from "@millrace/api";
import type { NodeState } from "../run/node-state.ts";
import { DONE, LOST } from "../settlement/answers.ts";
import { Delivery } from "../settlement/delivery.ts";
import { Shipment, type ShipmentEnd } from "../settlement/shipment.ts";
import { PositionedStream } from "../settlement/stream.ts";
import type { Channel } from "./channel.ts";
import { divide, isWhole } from "./divide.ts";

/** Edges that a batch takes together: one alone, or several that compete for it. */
export interface Lane {
  readonly channels: readonly Channel[];
  /** The channel that is tried first next time. */
  turn: number;
}

/** A send that waits for room: how many parts have none yet, and whom to tell when all have. */
interface Wait {
  missing: number;
  resolve: (() => void) | undefined;
}

const NO_PARENTS: readonly Delivery[] = [];

/** All ways out of a node. */
export class Sender implements Outputs {
  readonly lanes: Lane[] = [];
  readonly channels: Channel[] = [];
  edges: readonly EdgeOutlet[] = [];
  detached: Outlet & { readonly edges: readonly EdgeOutlet[] };
  private readonly node: NodeState;

  constructor(node: NodeState) {
    this.node = node;
    this.detached = { send: (data, options) => this.sendDetached(data, options, this.lanes), edges: [] };
  }

  /** Called once all channels are there. */
  connect(): void {
    const outlets = (send: (data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]) => void | Promise<void>): readonly EdgeOutlet[] =>
      this.channels.map((channel) => {
        const lanes: readonly Lane[] = [{ channels: [channel], turn: 0 }];
        return { to: channel.edge.to, port: channel.edge.spec.port, send: (data, options) => send(data, options, lanes) };
      });
    this.edges = outlets((data, options, lanes) => this.sendOpen(data, options, lanes));
    const edges = outlets((data, options, lanes) => this.sendDetached(data, options, lanes));
    this.detached = { send: (data, options) => this.sendDetached(data, options, this.lanes), edges };
  }

  send(data: BatchData, options?: SendOptions): void | Promise<void> {
    return this.sendOpen(data, options, this.lanes);
  }

  stream(id: string, moved?: (position: number) => void): SourceStream {
    return new PositionedStream(this.node, id, moved);
  }

  /** Sends what a source has read. */
  sendFrom(data: BatchData, origin: StreamPlace | undefined, settled: SendOptions["settled"], end: ShipmentEnd | undefined): void | Promise<void> {
    return this.sendShipment(data, NO_PARENTS, undefined, origin, settled, end, this.lanes);
  }

  // ------------------------------------------------------------------------------------------------------- parents

  private sendOpen(data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]): void | Promise<void> {
    const origin = options?.origin;
    const parents = origin === undefined ? this.node.openBatches() : [this.checkedOrigin(origin.batch, data, origin.records)];
    return this.sendShipment(data, parents, origin, originOf(parents), options?.settled, undefined, lanes);
  }

  private sendDetached(data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]): void | Promise<void> {
    return this.sendShipment(data, NO_PARENTS, undefined, undefined, options?.settled, undefined, lanes);
  }

  private checkedOrigin(batch: Batch, data: BatchData, slots: ArrayLike<number> | undefined): Delivery {
    const refuse = (what: string, hint: string): never => {
      throw new MillraceError("MILLRACE_RUN_ORIGIN", `node '${this.node.id}' ${what}`, { hint });
    };
    const delivery = batch as Delivery;
    if (delivery.channel?.reader !== this.node || !delivery.open) {
      return refuse("sent from a batch that it has let go, or that is none of its own", "hold a batch before asking the input for the next one");
    }
    const count = slots === undefined ? Math.min(data.records, delivery.records) : slots.length;
    if (count !== data.records)
      return refuse(`sent ${data.records} records with ${count} indexes of where they stem from`, "give one index for each record sent");
    if (slots !== undefined) {
      for (let i = 0; i < count; i++) {
        const slot = slots[i] as number;
        if (!Number.isInteger(slot) || slot < 0 || slot >= delivery.records) {
          return refuse(`sent a record that stems from record ${slot} of a batch of ${delivery.records}`, "indexes count from 0");
        }
      }
    }
    return delivery;
  }

  // ------------------------------------------------------------------------------------------------------- sending

  private sendShipment(
    sent: BatchData,
    parents: readonly Delivery[],
    slots: SendOptions["origin"],
    origin: StreamPlace | undefined,
    settled: SendOptions["settled"],
    end: ShipmentEnd | undefined,
    lanes: readonly Lane[],
  ): void | Promise<void> {
    const { node } = this;
    const data = node.unwrap(sent);
    const own = parents.length === 0 ? node.account : undefined;
    const account = own ?? parents[0]?.shipment.account;
    const shipment = new Shipment(node, data, parents, slots !== undefined, slots?.records, origin, account, own !== undefined, settled, end);
    const closed = node.sendingClosed();
    if (closed !== undefined) {
      own?.charge(data.records, data.bytes);
      shipment.answer(LOST, closed);
      shipment.sent();
      throw closed;
    }
    if (own !== undefined && !own.take(data)) return this.sendOnCredit(shipment, lanes);
    return this.dispatch(shipment, lanes) ?? (node.isSource ? node.pace.turn() : undefined);
  }

  private sendOnCredit(shipment: Shipment, lanes: readonly Lane[]): Promise<void> {
    const { node } = this;
    const since = node.clock.monotonic();
    const admitted = new Promise<void>((resolve, reject) => {
      node.account?.wait(shipment.data, () => {
        node.counters.blockedMs += node.clock.monotonic() - since;
        const closed = node.sendingClosed();
        if (closed !== undefined) {
          shipment.answer(LOST, closed);
          shipment.sent();
          resolve();
          return;
        }
        try {
          resolve(this.dispatch(shipment, lanes) ?? undefined);
        } catch (cause) {
          reject(cause);
        }
      });
    });
    // A sender that does not wait hears of it by the outcome of its batch.
    admitted.catch(() => undefined);
    return admitted;
  }

  private dispatch(shipment: Shipment, lanes: readonly Lane[]): void | Promise<void> {
    const { data } = shipment;
    const wait: Wait = { missing: 0, resolve: undefined };
    let routed = false;
    try {
      if (data.records > 0) for (const lane of lanes) routed = this.dispatchTo(shipment, lane, wait) || routed;
    } catch (cause) {
      // A match or a slice of the channel kind threw: the batch must not stay in flight for ever.
      shipment.answer(LOST, cause);
      shipment.sent();
      throw cause;
    }
    if (!routed) {
      shipment.answer(DONE, undefined);
      if (data.records > 0) this.node.counters.unrouted += 1;
    }
    shipment.sent();
    return wait.missing === 0 ? undefined : this.waitFor(wait);
  }

  /** Gives a shipment to a lane. Tells whether the lane takes it. */
  private dispatchTo(shipment: Shipment, lane: Lane, wait: Wait): boolean {
    const { data } = shipment;
    const { channels } = lane;
    const first = channels[0] as Channel;
    const takers = channels.length > 1 ? channels.filter((channel) => takes(channel, data)) : takes(first, data) ? channels : [];
    if (takers.length === 0) return false;
    if (isWhole(data)) this.place(shipment, data, 0, lane, takers, wait);
    else for (const part of divide(data, first.edge.kind)) this.place(shipment, part.data, part.offset, lane, takers, wait);
    return true;
  }

  /** Puts a part into a channel of the lane, or among those who wait for room in it. */
  private place(shipment: Shipment, data: BatchData, offset: number, lane: Lane, takers: readonly Channel[], wait: Wait): void {
    shipment.deliveryMade();
    const channel = takers.length > 1 ? freeAmong(takers, lane, data) : (takers[0] as Channel);
    if (channel?.hasRoom(data) && !channel.awaited()) {
      channel.push(new Delivery(data, 1, shipment, channel, offset));
      return;
    }
    wait.missing += 1;
    (takers[0] as Channel).waiting.push({
      data,
      takers,
      deliver: (free) => new Delivery(data, 1, shipment, free, offset),
      admitted: () => {
        wait.missing -= 1;
        if (wait.missing === 0) wait.resolve?.();
      },
    });
  }

  private async waitFor(wait: Wait): Promise<void> {
    const { node } = this;
    const since = node.clock.monotonic();
    await new Promise<void>((resolve) => {
      wait.resolve = resolve;
    });
    node.counters.blockedMs += node.clock.monotonic() - since;
  }
}

/** The channel whose turn it is among those that compete, live and free. */
function freeAmong(takers: readonly Channel[], lane: Lane, data: BatchData): Channel | undefined {
  const live = takers.filter((channel) => channel.deadBy === undefined);
  if (live.length === 0) return takers[0];
  for (let i = 0; i < live.length; i++) {
    const turn = (lane.turn + i) % live.length;
    const channel = live[turn] as Channel;
    if (!channel.hasRoom(data) || channel.awaited()) continue;
    lane.turn = turn + 1;
    return channel;
  }
  return undefined;
}

function takes(channel: Channel, data: BatchData): boolean {
  const test = channel.edge.takes as ((data: BatchData) => boolean) | undefined;
  return test === undefined || test(data);
}

/** The place that all parents share. */
function originOf(parents: readonly Delivery[]): StreamPlace | undefined {
  const first = parents[0]?.origin;
  for (let i = 1; i < parents.length; i++) if (parents[i]?.origin !== first) return undefined;
  return first;
}
